import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EventLog } from '../../kernel/log.ts';
import { listenError, originOf } from '../../web/listen-error.ts';
import type { WebServer } from '../../web/open-web-server.ts';
import type { OpenMetrics } from './open-metrics.ts';

/**
 * Serves only /metrics, on its own address, because the metrics are for the operator. Throws a
 * `BroadsheetError` if it cannot listen.
 */
export async function serveMetrics(
  metrics: Pick<OpenMetrics, 'scrape'>,
  { host, port, log }: { readonly host: string; readonly port: number; readonly log: EventLog },
): Promise<WebServer> {
  const server = createServer({ headersTimeout: 5000, requestTimeout: 5000 }, (request, reply) => {
    if ((request.headersDistinct.host?.length ?? 0) > 1) answer(reply, 400, 'Bad Request\n');
    else if (request.url?.split('?')[0] !== '/metrics') answer(reply, 404, 'Not Found\n');
    else if (request.method !== 'GET') answer(reply.setHeader('allow', 'GET'), 405, '');
    else {
      metrics.scrape().then(
        ({ text, contentType }) => answer(reply.setHeader('content-type', contentType), 200, text),
        (error: unknown) => {
          log.failure('metrics could not be read', error);
          answer(reply, 500, 'Internal Server Error\n');
        },
      );
    }
  });
  server.maxConnections = 20;
  await listen(server, host, port);
  return {
    url: `${originOf(host, (server.address() as AddressInfo).port)}/metrics`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    throw listenError(error, host, port);
  }
}

function answer(reply: ServerResponse, status: number, body: string): void {
  reply.statusCode = status;
  reply.end(body);
}
