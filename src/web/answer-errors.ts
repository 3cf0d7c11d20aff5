import { STATUS_CODES } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorAnswer, RenderError, WebDependencies } from './web-dependencies.ts';
import { WebError } from './web-error.ts';

/** After a page timed out, when to try again. */
const RETRY_AFTER_SECONDS = 30;

/**
 * Answers every error without a stack trace or internal details. Logs our own errors. 404 for a missing
 * page; 405 with `Allow` if other methods have a route.
 */
export function addErrorAnswers(
  app: FastifyInstance,
  { log }: Pick<WebDependencies, 'log'>,
  renderError: RenderError = renderPlainError,
): void {
  const methodsOf = allowedMethods(app);
  app.setErrorHandler(async (error, request, reply) => {
    const answer = answerOf(error);
    if (answer.status >= 500) {
      log.failure('a request failed', error, { route: request.routeOptions.url ?? 'none' });
    }
    return sendError(answer, request, reply, renderError);
  });
  app.setNotFoundHandler(async (request, reply) => {
    const methods = methodsOf(request.url);
    if (methods.length === 0) return sendError({ status: 404 }, request, reply, renderError);
    reply.header('allow', methods.join(', '));
    if (request.method === 'OPTIONS') return reply.code(204).send();
    return sendError({ status: 405 }, request, reply, renderError);
  });
}

function answerOf(error: unknown): ErrorAnswer {
  const { statusCode } = error as { readonly statusCode?: unknown };
  const status = typeof statusCode === 'number' && statusCode >= 400 ? statusCode : 500;
  const own = error instanceof WebError ? error.retryAfterSeconds : undefined;
  return { status, retryAfterSeconds: own ?? (status === 503 ? RETRY_AFTER_SECONDS : undefined) };
}

async function sendError(
  answer: ErrorAnswer,
  request: FastifyRequest,
  reply: FastifyReply,
  renderError: RenderError,
): Promise<FastifyReply> {
  reply.code(answer.status).header('cache-control', 'no-store');
  if (answer.retryAfterSeconds !== undefined) reply.header('retry-after', answer.retryAfterSeconds);
  if (request.routeOptions.config.errors === 'json') {
    return reply.type('application/json; charset=utf-8').send({ error: nameOf(answer.status) });
  }
  return reply.type('text/html; charset=utf-8').send(await renderError(answer, request));
}

/** A page with only the name of the error. */
export function renderPlainError({ status }: ErrorAnswer): string {
  const name = nameOf(status);
  return `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>${name}</title>\n<h1>${name}</h1>\n</html>\n`;
}

function nameOf(status: number): string {
  return STATUS_CODES[status] ?? 'Error';
}

/**
 * Watches routes that are added to `app` from now on. Returns a function: for a URL, it returns the
 * methods with routes, sorted, for the `Allow` of RFC 9110 §15.5.6.
 */
function allowedMethods(app: FastifyInstance): (url: string) => readonly string[] {
  const routes = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method }) => {
    // A route for all paths does not mean that a path exists.
    if (url.endsWith('*')) return;
    const route = routes.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    routes.set(url, route);
    for (const each of [method].flat()) route.methods.add(each);
  });
  return (url) => {
    const path = url.replace(/[?#].*$/s, '');
    const found = [...routes.values()].filter(({ pattern }) => pattern.test(path));
    return [...new Set(found.flatMap(({ methods }) => [...methods]))].toSorted();
  };
}

/** Matches `/news/archive/:edition/` as Fastify does. */
function patternOf(url: string): RegExp {
  const source = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : RegExp.escape(part)))
    .join('/');
  return new RegExp(`^${source}$`, 's');
}
