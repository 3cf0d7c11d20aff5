import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { type ChangeSignal, openChangeSignal } from '../../src/kernel/change-signal.ts';
import { cleanUpAfter } from './clean-up-after.ts';

/** A WebSub hub on this machine. */
export interface Hub {
  readonly url: string;
  /** The forms that it was sent, in order. */
  readonly pings: Readonly<Record<string, string>>[];
  /** Tells of each. */
  readonly pinged: ChangeSignal;
  /** What it answers from now on; `hang`: nothing. */
  answer: number | 'hang';
  /** What it answers for one topic. */
  readonly answerFor: Map<string, number>;
}

export async function openHub(t: TestContext): Promise<Hub> {
  const pings: Record<string, string>[] = [];
  const hub = { pings, pinged: openChangeSignal(), answer: 204, answerFor: new Map(), url: '' };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const form = Object.fromEntries(new URLSearchParams(body));
      const type = request.headers['content-type'] ?? '';
      pings.push({ method: request.method ?? '', type, ...form });
      hub.pinged.notify();
      const status = hub.answerFor.get(form['hub.url']) ?? hub.answer;
      if (status === 'hang') return;
      response.writeHead(status, status === 302 ? { location: hub.url } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUpAfter(t, () => {
    server.closeAllConnections();
    server.close();
  });
  hub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return hub as Hub;
}
