import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { type AddressInfo, BlockList, isIP } from 'node:net';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { requireServiceUrl } from '../settings/require-service-url.ts';
import { addErrorAnswers } from './answer-errors.ts';
import { limitConnections } from './limit-connections.ts';
import { listenError, originOf } from './listen-error.ts';
import { addRateLimits } from './rate-limits.ts';
import { addBodies } from './read-bodies.ts';
import { securityHeaders } from './security-headers.ts';
import type { RenderError, RoutePlugin, WebDependencies } from './web-dependencies.ts';
import { WebError } from './web-error.ts';
import { WEB_LIMITS, type WebLimits } from './web-limits.ts';

/** A listening server. */
export interface WebServer {
  /** The URL with the base path: `http://127.0.0.1:8080/news/`. */
  readonly url: string;
  /**
   * Accepts no more requests. Resolves when open requests are answered, or cut off after a few seconds.
   */
  close(): Promise<void>;
}

export interface WebOptions {
  /** Default: a plain page in English. */
  readonly renderError?: RenderError;
  /** Routes outside the site, at the root whatever the base path: health. */
  readonly rootRoutes?: RoutePlugin;
  readonly limits?: Partial<WebLimits>;
}

/**
 * Serves `routes` under the path of `serviceUrl`. Adds what the open internet requires: security headers,
 * limits of size and time, rate limits, error pages, a log without personal data. Throws a
 * `BroadsheetError` if it cannot listen.
 */
export async function openWebServer(
  deps: WebDependencies,
  routes: readonly RoutePlugin[],
  options: WebOptions = {},
): Promise<WebServer> {
  const limits = { ...WEB_LIMITS, ...options.limits };
  const { web } = deps.config;
  const serviceUrl = requireServiceUrl(deps.config);
  const basePath = new URL(serviceUrl).pathname;
  const app = createApp(web.trustedProxies, limits);
  noteRequests(app, deps);
  const headers = Object.entries(securityHeaders(serviceUrl));
  // Hooks of every request call back: promises for them take as long as sending a small answer.
  app.addHook('onSend', (_request, reply, payload, done) => {
    for (const [name, value] of headers) if (!reply.hasHeader(name)) reply.header(name, value);
    done(null, payload);
  });
  app.addHook('onRoute', (route) => {
    if (route.config?.answerTime !== 'any') route.handlerTimeout = limits.answerTimeoutMs;
  });
  refuseMalformed(app, limits);
  addRateLimits(app, limits);
  await addBodies(app);
  addErrorAnswers(app, deps, options.renderError);
  redirectToBasePath(app, basePath);
  await options.rootRoutes?.(app, deps);
  for (const plugin of routes) {
    await app.register(async (scope) => plugin(scope, deps), { prefix: basePath.slice(0, -1) });
  }
  await listen(app, web.host, web.port);
  return {
    url: `${originOf(web.host, (app.server.address() as AddressInfo).port)}${basePath}`,
    close: () => closeWithin(app, limits.closeTimeoutMs),
  };
}

function createApp(networks: readonly string[], limits: WebLimits): FastifyInstance {
  const isProxy = trustedProxies(networks);
  const app = fastify({
    logger: false,
    // X-Forwarded-For is read from right to left, only past trusted proxies. X-Forwarded-Host and -Proto
    // set `request.host` and `.protocol`. Nothing here reads them: links use the config.
    trustProxy: networks.length > 0 ? isProxy : false,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    connectionTimeout: limits.idleTimeoutMs,
    keepAliveTimeout: limits.keepAliveMs,
    forceCloseConnections: 'idle',
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headTimeoutMs,
      connectionsCheckingInterval: Math.min(limits.headTimeoutMs, 5000),
    },
    routerOptions: { maxParamLength: limits.tokenLength },
    // There is no route yet, so no hooks run.
    frameworkErrors: (error, _request, reply: FastifyReply) => {
      const status = error.code === 'FST_ERR_BAD_URL' ? 400 : 414;
      reply.code(status).header('x-content-type-options', 'nosniff').type('text/plain');
      reply.send(`${STATUS_CODES[status]}\n`);
    },
  });
  app.server.maxConnections = limits.connections;
  limitConnections(app.server, limits.connectionsPerClient, isProxy);
  return app;
}

/**
 * Returns a function that checks an address of a connection or from X-Forwarded-For: is it in `networks`?
 * These are addresses, or CIDR like `10.0.0.0/8`; the config has checked them. IPv4 written as IPv6
 * counts as IPv4.
 */
function trustedProxies(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = familyOf(address);
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/**
 * Logs and counts each request when it is answered. Logs the pattern of its route, but never its URL,
 * which contains tokens, nor the client. Machines request routes without a limit every few seconds: only
 * their errors are logged.
 */
function noteRequests(app: FastifyInstance, { log, metrics }: WebDependencies): void {
  app.addHook('onResponse', ({ method, routeOptions }, { statusCode, elapsedTime }, done) => {
    done();
    const route = routeOptions.url ?? 'none';
    metrics.count('broadsheet_http_requests_total', { route, method, status: statusCode });
    metrics.observe('broadsheet_http_request_duration_seconds', { route }, elapsedTime / 1000);
    if (routeOptions.config.limit === 'none' && statusCode < 400) return;
    log.event('request', { method, route, status: statusCode, ms: Math.round(elapsedTime) });
  });
}

/** A host and a port (RFC 3986 §3.2), or empty. */
const HOST = /^(\[[0-9a-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(:\d*)?$/i;

function refuseMalformed(app: FastifyInstance, limits: WebLimits): void {
  const problemOf = ({ rawHeaders, headers, url }: IncomingMessage): number | undefined => {
    // Node drops headers beyond 2,000. The proxy's own X-Forwarded-For could be one of them.
    if (rawHeaders.length / 2 > limits.headers) return 431;
    // RFC 9112 §3.2. A proxy may use one of two hosts, and a cache the other.
    const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && /^host$/i.test(name));
    if (hosts.length > 1 || !HOST.test(headers.host ?? '')) return 400;
    return (url?.length ?? 0) > limits.urlLength ? 414 : undefined;
  };
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    const problem = problemOf(raw);
    done(problem === undefined ? undefined : new WebError(problem));
  });
}

/** Redirects `/news` to `/news/`. */
function redirectToBasePath(app: FastifyInstance, basePath: string): void {
  if (basePath === '/') return;
  app.addHook('onRequest', (request, reply, done) => {
    if (request.url === basePath.slice(0, -1)) reply.redirect(basePath, 308);
    else done();
  });
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw listenError(error, host, port);
  }
}

async function closeWithin(app: FastifyInstance, timeoutMs: number): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), timeoutMs);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}
