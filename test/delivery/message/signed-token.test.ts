import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  readToken,
  signToken,
  type TokenPurpose,
} from '../../../src/delivery/message/signed-token.ts';
import {
  readUnsubscribeToken,
  unsubscribeToken,
} from '../../../src/delivery/message/unsubscribe-link.ts';
import { BroadsheetError, EXIT } from '../../../src/kernel/errors.ts';

const PURPOSES: readonly TokenPurpose[] = [
  'confirm',
  'undo',
  'preferences',
  'new-address',
  'approve',
  'form',
];

const now = Temporal.Instant.from('2026-03-20T07:00Z');
const expiresAt = now.add({ hours: 24 });
const secrets = ['s'];

test('a token says its fields until it expires, and then that it did', () => {
  const token = signToken('confirm', ['sign-up 1', ''], { secrets, expiresAt });
  assert.match(token, /^[\w.-]+$/);
  const at = (instant: Temporal.Instant) => readToken('confirm', token, { secrets, now: instant });
  assert.deepEqual(at(now), ['sign-up 1', '']);
  assert.deepEqual(at(expiresAt.subtract({ milliseconds: 1 })), ['sign-up 1', '']);
  assert.equal(at(expiresAt), 'expired');
});

test('a token without an expiry is good for ever', () => {
  const token = signToken('preferences', ['a'], { secrets });
  assert.deepEqual(readToken('preferences', token, { secrets, now: now.add({ hours: 1e6 }) }), [
    'a',
  ]);
});

test('a token of each purpose is refused for every other, and as an unsubscribe', () => {
  for (const purpose of PURPOSES) {
    const token = signToken(purpose, ['politics-essential', 'Zk3x9'], { secrets });
    for (const other of PURPOSES) {
      const read = readToken(other, token, { secrets, now });
      assert.deepEqual(read, other === purpose ? ['politics-essential', 'Zk3x9'] : undefined);
    }
    assert.equal(readUnsubscribeToken(token, secrets), undefined);
    const leaving = unsubscribeToken({ newsletter: '', subscriberId: 'Zk3x9' }, secrets);
    assert.equal(readToken(purpose, leaving, { secrets, now }), undefined);
  }
});

test('a token of each purpose outlives a change of the key, and not the loss of it', () => {
  for (const purpose of PURPOSES) {
    const token = signToken(purpose, ['x'], { secrets: ['old'], expiresAt });
    assert.deepEqual(readToken(purpose, token, { secrets: ['new', 'old'], now }), ['x']);
    assert.equal(readToken(purpose, token, { secrets: ['new'], now }), undefined);
    assert.equal(readToken(purpose, token, { secrets: [], now }), undefined);
    assert.notEqual(signToken(purpose, ['x'], { secrets: ['new', 'old'], expiresAt }), token);
  }
});

test('nobody can make a token last longer, or say something else', () => {
  const parts = signToken('form', ['a', 'b'], { secrets, expiresAt }).split('.');
  const later = Buffer.from(String(expiresAt.add({ hours: 1 }).epochMilliseconds));
  const forged = [
    parts.with(1, later.toString('base64url')),
    parts.with(1, ''),
    parts.with(2, Buffer.from('c').toString('base64url')),
    parts.toSpliced(2, 1),
    parts.toSpliced(2, 0, ''),
    [...parts.slice(0, -1), ''],
  ];
  for (const token of forged) {
    assert.equal(readToken('form', token.join('.'), { secrets, now }), undefined);
  }
});

test('whatever the fields, the token gives them back, and only whole', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 4 }),
      (fields) => {
        const token = signToken('form', fields, { secrets, expiresAt });
        assert.match(token, /^[\w.-]+$/);
        assert.deepEqual(readToken('form', token, { secrets, now }), fields);
        assert.equal(readToken('form', token.slice(0, -2), { secrets, now }), undefined);
      },
    ),
  );
});

test('no text from outside makes reading a token throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      assert.equal(readToken('confirm', text, { secrets, now }), undefined);
    }),
    { examples: [[''], ['.'], ['a.b.c.d'], ['.'.repeat(5000)], ['\0.\ud800.x']] },
  );
});

test('without a secret no token is signed, and the error says what to set', () => {
  assert.throws(
    () => signToken('confirm', [], { secrets: [] }),
    (error) =>
      error instanceof BroadsheetError &&
      error.exitCode === EXIT.config &&
      /BROADSHEET_SECRET/.test(error.message),
  );
});
