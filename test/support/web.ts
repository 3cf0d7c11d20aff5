import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import { openChangeSignal } from '../../src/kernel/change-signal.ts';
import { type EventLog, silentEventLog } from '../../src/kernel/log.ts';
import { type Metrics, silentMetrics } from '../../src/kernel/metrics.ts';
import type { Config } from '../../src/settings/config.ts';
import type { WebSettings } from '../../src/settings/settings.ts';
import { readTexts } from '../../src/templates/read-texts.ts';
import { openWebServer, type WebOptions, type WebServer } from '../../src/web/open-web-server.ts';
import type { RoutePlugin, WebDependencies } from '../../src/web/web-dependencies.ts';
import { cleanUpAfter } from './clean-up-after.ts';
import { openTestSite, type TestSite } from './test-site.ts';

/** What an answer was. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
  /** Address of this machine that the request comes from: 127.0.0.2 is another client. */
  readonly from?: string;
}

/** A test site with a web server before it. */
export interface ServedTestSite {
  readonly testSite: TestSite;
  readonly server: WebServer;
  readonly deps: WebDependencies;
  /** What was logged: events and troubles with their facts, as JSON. */
  readonly logged: string[];
  /** Asks for a path below the base path (`rss.xml`), or from the root (`/healthz`). */
  ask(path: string, options?: AskOptions): Promise<Answer>;
}

export interface ServedTestSiteOptions extends WebOptions {
  readonly testSite?: TestSite;
  readonly config?: Partial<Config>;
  readonly web?: Partial<WebSettings>;
  readonly metrics?: Metrics;
}

/** Opens a web server with `routes` for the length of the test. */
export async function openServedTestSite(
  t: TestContext,
  routes: readonly RoutePlugin[],
  options: ServedTestSiteOptions = {},
): Promise<ServedTestSite> {
  const testSite = options.testSite ?? (await openTestSite(t));
  const logged: string[] = [];
  const deps: WebDependencies = {
    ...testSite.deps,
    config: {
      ...testSite.deps.config,
      ...(options.config?.publicUrl && { serviceUrl: options.config.publicUrl }),
      ...options.config,
      web: { ...testSite.deps.config.web, ...options.web },
    },
    log: collectingLog(logged),
    textsOf: readTexts(testSite.deps.config.folders.languages),
    signals: { deliveries: openChangeSignal(), notices: openChangeSignal() },
    metrics: options.metrics ?? silentMetrics,
  };
  const server = await openWebServer(deps, routes, options);
  cleanUpAfter(t, () => server.close());
  return {
    ...{ testSite, server, deps, logged },
    ask: (path, ask) => askUrl(new URL(path, server.url).href, ask),
  };
}

/** An event log that adds a line of JSON to `lines` for each event, trouble and failure. */
export function collectingLog(lines: string[]): EventLog {
  const add = (kind: string) => (message: string, facts?: object) =>
    void lines.push(JSON.stringify({ kind, message, ...facts }));
  return {
    ...silentEventLog,
    event: add('event'),
    trouble: add('trouble'),
    failure: (message, error, facts) => add('failure')(message, { error: String(error), ...facts }),
  };
}

/** Asks for `url` as it is written: nothing of it is put right, as fetch does. */
export function askUrl(url: string, options: AskOptions = {}): Promise<Answer> {
  const [, host = '', port = '', path = '/'] =
    /^http:\/\/(\[[^\]]+\]|[^:/]+):(\d+)(\/.*)?$/s.exec(url) ?? [];
  const settings: RequestOptions = {
    ...{ host: host.replace(/[[\]]/g, ''), port, path, method: options.method ?? 'GET' },
    ...(options.from === undefined ? {} : { localAddress: options.from }),
    headers: { ...options.headers },
    agent: false,
  };
  return new Promise((resolve, reject) => {
    const asked = request(settings, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    asked.on('error', reject);
    asked.end(options.body);
  });
}

/** A form as browsers send it. */
export function form(values: Readonly<Record<string, string>>): AskOptions {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(values).toString(),
  };
}

/** Writes `bytes` to the server as they are. Gives what came back when the connection ended. */
export function askRaw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
    });
    // A server that has seen enough may reset the connection.
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
    socket.write(bytes);
  });
}
