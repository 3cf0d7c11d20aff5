import { type TestContext, test } from 'node:test';
import type { Message } from '../../src/delivery/message/message.ts';
import { openRelay } from '../../src/delivery/relay/open-relay.ts';
import type { Relay, RelaySettings } from '../../src/delivery/relay/relay.ts';
import { cleanUpAfter } from './clean-up-after.ts';
import { type Inbox, type InboxOptions, openInbox } from './inbox.ts';
import { address } from './test-site.ts';
import { PATIENCE_MS } from './wait-for.ts';

/** A message to `recipient`. */
export type MessageTo = (recipient: string) => Message;

/** With lines that SMTP has to double the dots of, and one that would end the message. */
export const messageTo: MessageTo = (recipient) => ({
  messageId: '<1@example.org>',
  envelope: { from: address('paper@example.org'), to: address(recipient) },
  bytes: Buffer.from(
    'From: paper@example.org\r\nSubject: x\r\n\r\n.dots\r\n..and more\r\n.\r\nend\r\n',
  ),
});

/** With lines that go out as they are, as those of `prepareMessages`, and more than a socket takes at once. */
export const readyMessageTo: MessageTo = (recipient) => ({
  ...messageTo(recipient),
  bytes: Buffer.from(
    `From: paper@example.org\r\nSubject: x\r\n\r\n${'no dots.\r\n'.repeat(200_000)}end.\r\n`,
  ),
  wireReady: true,
});

/** A test over both of the ways that the bytes of a message can go to a relay. */
export function testBothWays(
  name: string,
  run: (t: TestContext, messageTo: MessageTo) => Promise<void>,
): void {
  test(`${name} (its lines looked at)`, (t) => run(t, messageTo));
  test(`${name} (its lines as they are)`, (t) => run(t, readyMessageTo));
}

/** An inbox and a relay that leads to it, until the test ends. */
export async function startRelay(
  t: TestContext,
  options: InboxOptions = {},
  settings: Partial<RelaySettings> = {},
): Promise<{ inbox: Inbox; relay: Relay }> {
  const inbox = await openInbox(options);
  cleanUpAfter(t, () => inbox.close());
  const relay = openRelay({
    url: inbox.url,
    connections: 3,
    ehloName: 'press.example',
    ...settings,
  });
  cleanUpAfter(t, () => relay.drop());
  return { inbox, relay };
}

/** A relay of one connection, until the test ends. */
export function relayAt(
  t: TestContext,
  url: string,
  timeouts = { connectMs: PATIENCE_MS, silenceMs: PATIENCE_MS },
): Relay {
  const relay = openRelay({ url, connections: 1, ehloName: 'press.example', timeouts });
  cleanUpAfter(t, () => relay.drop());
  return relay;
}
