import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { cleanUpAfter } from './clean-up-after.ts';

/** A request as it came. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** A real HTTP server on a free port that keeps what it is asked. */
export interface WebListener {
  readonly url: string;
  readonly calls: readonly Call[];
}

/** Starts one that answers with `statusOf` the number of the call, from 1; 204 where it does not say. */
export async function openWebListener(
  t: TestContext,
  statusOf: (call: number) => number = () => 204,
): Promise<WebListener> {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '' } = request;
    calls.push({ method, path: url, body: Buffer.concat(chunks).toString() });
    response.writeHead(statusOf(calls.length)).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUpAfter(t, () => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, calls };
}
