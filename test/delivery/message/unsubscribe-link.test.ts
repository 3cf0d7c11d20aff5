import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  readUnsubscribeToken,
  unsubscribeToken,
  unsubscribeUrlOf,
} from '../../../src/delivery/message/unsubscribe-link.ts';
import { BroadsheetError, EXIT } from '../../../src/kernel/errors.ts';

const whom = { newsletter: 'politics-essential', subscriberId: 'Zk3x9_pQ-1' };

test('a link says whom it is for, to those who know the secret', () => {
  const url = unsubscribeUrlOf('https://harbour.example/', unsubscribeToken(whom, ['s']));
  assert.match(url, /^https:\/\/harbour\.example\/unsubscribe\/[\w.-]+$/);
  const token = url.slice(url.lastIndexOf('/') + 1);
  assert.deepEqual(readUnsubscribeToken(token, ['s']), whom);
  assert.equal(readUnsubscribeToken(token, ['another']), undefined);
  assert.equal(readUnsubscribeToken(token, []), undefined);
});

test('a link that an old secret signed works on, after a new one has come', () => {
  const old = unsubscribeToken(whom, ['old']);
  assert.deepEqual(readUnsubscribeToken(old, ['new', 'old']), whom);
  assert.notEqual(unsubscribeToken(whom, ['new', 'old']), old);
});

test('a link that was mailed by the first version works on', () => {
  const mailed = 'irj6ut.cG9saXRpY3MtZXNzZW50aWFs.WmszeDlfcFEtMQ.qQS8bSEC_A8VcIEWpJfF5Q';
  assert.deepEqual(readUnsubscribeToken(mailed, ['s']), whom);
  assert.equal(unsubscribeToken(whom, ['s']), mailed);
});

test('a link does not tell the secret, and is the same each time', () => {
  const token = unsubscribeToken(whom, ['a secret to keep']);
  assert.equal(token, unsubscribeToken(whom, ['a secret to keep']));
  assert.ok(token.length < 120);
  assert.doesNotMatch(token, /secret/);
});

test('without a secret nothing is signed, and the error says what to set', () => {
  assert.throws(
    () => unsubscribeToken(whom, []),
    (error) =>
      error instanceof BroadsheetError &&
      error.exitCode === EXIT.config &&
      /BROADSHEET_SECRET/.test(error.message),
  );
});

test('whatever the newsletter and the subscriber, the token gives them back', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.string({ maxLength: 60 }),
      (newsletter, subscriberId) => {
        const token = unsubscribeToken({ newsletter, subscriberId }, ['s']);
        assert.match(token, /^[\w.-]+$/);
        assert.deepEqual(readUnsubscribeToken(token, ['s']), { newsletter, subscriberId });
      },
    ),
  );
});

test('a token with any one character changed is refused', () => {
  const token = unsubscribeToken(whom, ['s']);
  const letters = 'ABCabc019_-.';
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom(...letters), (at, letter) => {
      const changed = token.slice(0, at) + letter + token.slice(at + 1);
      const read = readUnsubscribeToken(changed, ['s']);
      // The last characters of base64url may have bits that say nothing.
      if (changed === token) assert.deepEqual(read, whom);
      else assert.ok(read === undefined || JSON.stringify(read) === JSON.stringify(whom));
    }),
    { numRuns: 500 },
  );
});

test('no text from outside makes it throw', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      assert.equal(readUnsubscribeToken(text, ['s']), undefined);
    }),
    { examples: [['...'], ['a.b.c.d'], ['.'.repeat(5000)], [`${'a'.repeat(5000)}.b.c.d`]] },
  );
});

test('the parts of two tokens cannot be put together to a third', () => {
  const mine = unsubscribeToken(whom, ['s']).split('.');
  const other = unsubscribeToken({ ...whom, subscriberId: 'other' }, ['s']).split('.');
  assert.equal(readUnsubscribeToken([...other.slice(0, 3), mine[3]].join('.'), ['s']), undefined);
});
