import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openRelay } from '../../src/delivery/relay/open-relay.ts';
import { probeRelay, type RelayResults } from '../../src/doctor/probe-relay.ts';
import type { RelayAccount } from '../../src/settings/settings.ts';
import {
  CERTIFICATE,
  EXPIRED_CERTIFICATE,
  KEY,
  OTHER_CERTIFICATE,
} from '../support/certificates.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { closedPort, type InboxOptions, openInbox } from '../support/inbox.ts';

const LOGIN = { user: 'paper', pass: 'a-secret-of-the-relay' };
const NOW = Temporal.Instant.from('2026-03-20T07:00Z');

/** Each row: the relay, its URL with the login, and each result as `level: fact`. */
const ROWS: readonly {
  readonly when: string;
  readonly relay?: InboxOptions;
  readonly url?: (port: number) => string;
  readonly now?: Temporal.Instant;
  readonly found: Readonly<Partial<Record<keyof RelayResults, RegExp>>>;
}[] = [
  {
    when: 'a relay on this machine needs no TLS',
    found: { connection: /^ok: it answers, with .*8BITMIME.*SMTPUTF8/, tls: /^ok: without TLS/ },
  },
  {
    when: 'nothing listens',
    url: () => `smtp://127.0.0.1:${closedPort()}`,
    found: { connection: /^failure: refuses the connection/ },
  },
  {
    when: 'a certificate that its owner accepts',
    relay: { tls: true, server: { key: KEY, cert: CERTIFICATE } },
    url: (port) => `smtp://127.0.0.1:${port}?certificate=self-signed`,
    found: { tls: /^ok: TLSv1\.3 by STARTTLS; its certificate is valid until 2120-01-01/ },
  },
  {
    when: 'a certificate that no authority signed',
    relay: { tls: true, server: { key: KEY, cert: CERTIFICATE } },
    found: { tls: /^failure: its certificate is not valid for 127\.0\.0\.1: .*SELF_SIGNED/ },
  },
  {
    when: 'a certificate of another host, from the first byte',
    relay: { server: { secure: true, key: KEY, cert: OTHER_CERTIFICATE } },
    url: (port) => `smtps://127.0.0.1:${port}`,
    found: { tls: /^failure: its certificate is not valid/ },
  },
  {
    when: 'an expired certificate',
    relay: { tls: true, server: { key: KEY, cert: EXPIRED_CERTIFICATE } },
    found: { tls: /^failure: its certificate expired on 2021-01-01/ },
  },
  {
    when: 'a certificate that expires soon',
    relay: { tls: true, server: { key: KEY, cert: CERTIFICATE } },
    url: (port) => `smtp://127.0.0.1:${port}?certificate=self-signed`,
    now: Temporal.Instant.from('2119-12-25T00:00Z'),
    found: { tls: /^warning: its certificate expires on 2120-01-01/ },
  },
  {
    when: 'TLS is required and not offered',
    url: (port) => `smtp://127.0.0.1:${port}?tls=required`,
    found: { connection: /./, tls: /./ },
  },
  {
    when: 'a login that is right',
    relay: { login: LOGIN, server: { authOptional: false, allowInsecureAuth: true } },
    url: (port) => `smtp://${LOGIN.user}:${LOGIN.pass}@127.0.0.1:${port}`,
    found: { login: /^ok: it accepts the name and password/ },
  },
  {
    when: 'a login that is wrong',
    relay: { login: LOGIN, server: { authOptional: false, allowInsecureAuth: true } },
    url: (port) => `smtp://${LOGIN.user}:wrong-secret@127.0.0.1:${port}`,
    found: { login: /^failure: it refuses the name and password: 535/ },
  },
  {
    when: 'a login over a connection that others can read',
    relay: { login: LOGIN, tls: true, server: { key: KEY, cert: CERTIFICATE } },
    url: (port) => `smtp://${LOGIN.user}:${LOGIN.pass}@127.0.0.1:${port}`,
    found: { tls: /^failure/, login: /^warning: not tried/ },
  },
  {
    when: 'it takes only small messages',
    relay: { server: { size: 10_000 } },
    found: { connection: /^failure: it takes no message of more than 10000 bytes/ },
  },
  {
    when: 'it refuses our greeting',
    relay: { onConnection: () => ({ code: 554, text: '5.7.1 go away' }) },
    found: { connection: /^failure: .*554 5\.7\.1 go away/ },
  },
];

for (const { when, relay = {}, url, now = NOW, found } of ROWS) {
  test(`a relay: ${when}`, async (t) => {
    const inbox = await openInbox(relay);
    cleanUpAfter(t, () => inbox.close());
    const account = {
      ehloName: 'press.example',
      connections: 1,
      url: url?.(inbox.port) ?? inbox.url,
    };
    const results = await probeRelay(account as RelayAccount & { url: string }, openRelay, now);
    for (const [what, expected] of Object.entries(found)) {
      const { level, fact } = results[what as keyof RelayResults] ?? { level: 'absent', fact: '' };
      assert.match(`${level}: ${fact}`, expected);
    }
    assert.doesNotMatch(JSON.stringify(results), /secret/);
    assert.deepEqual(inbox.messages, []);
  });
}
