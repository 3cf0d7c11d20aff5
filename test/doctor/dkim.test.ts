import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { test } from 'node:test';
import { dkimRecord } from '../../src/delivery/message/dkim-keys.ts';
import type { DkimKey } from '../../src/delivery/message/dkim-signature.ts';
import { checkDkim } from '../../src/doctor/dns/dkim.ts';
import { openDns } from '../../src/kernel/dns.ts';
import { startDns } from '../support/dns-server.ts';

const keyOf = ({ privateKey }: { readonly privateKey: KeyObject }): DkimKey => ({
  domain: 'paper.example',
  selector: 'news',
  key: privateKey,
});
const KEY = keyOf(generateKeyPairSync('rsa', { modulusLength: 2048 }));
const SHORT = keyOf(generateKeyPairSync('rsa', { modulusLength: 1024 }));
const ED25519 = keyOf(generateKeyPairSync('ed25519'));

const recordOf = (key: DkimKey) => {
  const { name, type, value } = dkimRecord(key);
  return { name, type, value };
};
const { name: NAME, value: VALUE } = recordOf(KEY);
const PUBLIC = VALUE.slice(VALUE.indexOf('p='));

/** Each row: the texts at the selector, what is found, whether the right record is shown. */
const ROWS: readonly {
  readonly when: string;
  readonly key?: DkimKey;
  readonly isOnly?: boolean;
  readonly texts: readonly (string | readonly string[])[];
  readonly level: string;
  readonly fact: RegExp;
  readonly isShown: boolean;
}[] = [
  {
    when: 'the key is not published',
    texts: [],
    level: 'failure',
    fact: /not in the DNS/,
    isShown: true,
  },
  {
    when: 'it is, in several strings',
    texts: [[VALUE.slice(0, 200), VALUE.slice(200)]],
    level: 'ok',
    fact: /RSA, 2048 bits/,
    isShown: false,
  },
  {
    when: 'it is with k and v by default',
    texts: [PUBLIC],
    level: 'ok',
    fact: /public key/,
    isShown: false,
  },
  {
    when: 'it is an Ed25519 key',
    key: ED25519,
    texts: [recordOf(ED25519).value],
    level: 'ok',
    fact: /Ed25519/,
    isShown: false,
  },
  {
    when: 'an Ed25519 key is alone',
    key: ED25519,
    isOnly: true,
    texts: [recordOf(ED25519).value],
    level: 'warning',
    fact: /add an RSA key/,
    isShown: false,
  },
  {
    when: 'another key is',
    texts: [recordOf(SHORT).value],
    level: 'failure',
    fact: /another key/,
    isShown: true,
  },
  {
    when: 'a key of another kind is',
    texts: [recordOf(ED25519).value],
    level: 'failure',
    fact: /another kind than ours \(rsa\)/,
    isShown: true,
  },
  {
    when: 'the key is revoked',
    texts: ['v=DKIM1; p='],
    level: 'failure',
    fact: /revoked/,
    isShown: true,
  },
  {
    when: 'there are two records',
    texts: [VALUE, VALUE],
    level: 'failure',
    fact: /2 records/,
    isShown: true,
  },
  {
    when: 'the record is broken',
    texts: ['v=DKIM1; hello'],
    level: 'failure',
    fact: /cannot be read/,
    isShown: true,
  },
  {
    when: 'it is of another version',
    texts: [`v=DKIM2; ${PUBLIC}`],
    level: 'failure',
    fact: /DKIM1/,
    isShown: true,
  },
  {
    when: 'it permits only SHA-1',
    texts: [`h=sha1; ${PUBLIC}`],
    level: 'failure',
    fact: /SHA-256/,
    isShown: true,
  },
  {
    when: 'it is not for mail',
    texts: [`s=tlsrpt; ${PUBLIC}`],
    level: 'failure',
    fact: /not for mail/,
    isShown: true,
  },
  {
    when: 'it is being tested',
    texts: [`t=y:s; ${PUBLIC}`],
    level: 'warning',
    fact: /t=y/,
    isShown: true,
  },
  {
    when: 'it is short',
    key: SHORT,
    texts: [recordOf(SHORT).value],
    level: 'warning',
    fact: /1024 bits is short/,
    isShown: false,
  },
];

for (const { when, key = KEY, isOnly = false, texts, level, fact, isShown } of ROWS) {
  test(`DKIM: ${when}: ${level}`, async (t) => {
    const { address } = await startDns(t, { [NAME]: { TXT: texts } });
    const found = await checkDkim(openDns([address]), key, isOnly);
    assert.equal(found.level, level, found.fact);
    assert.match(found.fact, fact);
    assert.deepEqual(found.record, isShown ? recordOf(key) : undefined);
  });
}
