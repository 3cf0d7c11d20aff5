import type { TestContext } from 'node:test';
import type { Message } from '../../src/model/message.ts';
import { openRelay } from '../../src/smtp/open-relay.ts';
import type { Relay } from '../../src/smtp/relay.ts';
import { type Inbox, type InboxOptions, openInbox } from './inbox.ts';
import { address } from './paper.ts';

/** Lines that SMTP has to stuff with dots, and one that would end the message. */
export const BODY =
  'From: paper@example.org\r\nSubject: x\r\n\r\n.dots\r\n..and more\r\n.\r\nend\r\n';

/** A message to `recipient`, with `BODY`. */
export function messageTo(recipient: string): Message {
  return {
    messageId: '<1@example.org>',
    envelope: { from: address('paper@example.org'), to: address(recipient) },
    bytes: Buffer.from(BODY),
  };
}

/** An inbox and a relay that leads to it, until the test ends. */
export async function startRelay(
  t: TestContext,
  options: InboxOptions = {},
  { connections = 3 } = {},
): Promise<{ inbox: Inbox; relay: Relay }> {
  const inbox = await openInbox(options);
  const relay = openRelay({ url: inbox.url, connections });
  t.after(async () => {
    relay.drop();
    await inbox.close();
  });
  return { inbox, relay };
}

/** A relay of one connection, until the test ends. */
export function relayAt(
  t: TestContext,
  url: string,
  timeouts = { connectMs: 5000, silenceMs: 5000 },
): Relay {
  const relay = openRelay({ url, connections: 1, timeouts });
  t.after(() => relay.drop());
  return relay;
}
