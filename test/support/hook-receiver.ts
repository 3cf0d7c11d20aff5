import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { cleanUpAfter } from './clean-up-after.ts';

export const HOOK_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjUPD8ILPZI';

/** A request to a hook. */
export interface HookRequest {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: {
    readonly type: string;
    readonly timestamp: string;
    readonly data: Readonly<Record<string, unknown>>;
  };
}

/** A program of the publisher, on this machine. */
export interface HookReceiver {
  readonly url: string;
  readonly requests: HookRequest[];
  /** What it answers to each request from now on. */
  answer: (request: HookRequest) => number;
}

export async function openHookReceiver(t: TestContext): Promise<HookReceiver> {
  const receiver: { -readonly [Key in keyof HookReceiver]: HookReceiver[Key] } = {
    ...{ url: '', requests: [], answer: () => 204 },
  };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const { headers } = request;
      const id = String(headers['webhook-id']);
      const got = { id, headers, body, event: JSON.parse(body) };
      receiver.requests.push(got);
      const location = { location: `${receiver.url}elsewhere` };
      response.writeHead(receiver.answer(got), location).end('x'.repeat(1000));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUpAfter(t, () => {
    server.closeAllConnections();
    server.close();
  });
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return receiver;
}

/** Checks a request with the library of the specification. Throws if a signature is wrong. */
export function verifyHook({ headers, body }: HookRequest, secret = HOOK_SECRET): void {
  new Webhook(secret).verify(body, headers as Record<string, string>);
}
