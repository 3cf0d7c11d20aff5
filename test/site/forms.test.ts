import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { stoppedClock } from '../../src/kernel/clock.ts';
import { TRAP_FIELD } from '../../src/pages/sign-up-form.ts';
import {
  formFields,
  isProofOfWork,
  judgeFormToken,
  makeFormToken,
  readSignUp,
} from '../../src/site/forms.ts';
import { makeConfig } from '../support/test-site.ts';

const config = makeConfig({
  ...{ folder: '/nowhere', databaseUrl: 'sqlite::memory:' },
  ...{ relayUrl: 'smtp://127.0.0.1:25', connections: 1 },
});
const at = (instant: string, secrets = config.secrets) => ({
  config: { ...config, secrets },
  clock: stoppedClock(Temporal.Instant.from(instant)),
});

test('a form is accepted from two seconds until a day after it was shown', () => {
  const token = makeFormToken(at('2026-03-20T07:00:00Z'));
  const verdict = (instant: string) => judgeFormToken(token, at(instant));
  assert.equal(verdict('2026-03-20T07:00:01.999Z'), 'too-soon');
  assert.equal(verdict('2026-03-20T07:00:02Z'), 'good');
  assert.equal(verdict('2026-03-21T06:59:59Z'), 'good');
  assert.equal(verdict('2026-03-21T07:00:00Z'), 'expired');
  // A clock that was put back.
  assert.equal(verdict('2026-03-20T06:59:00Z'), 'too-soon');
});

test('a form token of another site is refused, and a token survives a new key while the old key is kept', () => {
  const later = '2026-03-20T08:00:00Z';
  const token = makeFormToken(at('2026-03-20T07:00:00Z'));
  for (const wrong of ['', 'x', `${token}x`, token.replace(/^./, 'A'), '\0', 'a.b.c']) {
    assert.equal(judgeFormToken(wrong, at(later)), 'expired', wrong);
  }
  const next = 'a new secret of a test, long enough';
  assert.equal(judgeFormToken(token, at(later, [next, ...config.secrets])), 'good');
  assert.equal(judgeFormToken(token, at(later, [next])), 'expired');
});

test('a proof of work counts for one form, one address and one number of bits', () => {
  const of = { token: 'token', address: 'ada@example.org', bits: 8 };
  const proof = Array.from({ length: 5000 }, (_, number) => String(number)).find(
    (number) => createHash('sha256').update(`token:ada@example.org:${number}`).digest()[0] === 0,
  );
  assert.ok(proof !== undefined);
  assert.ok(isProofOfWork(proof, of));
  assert.ok(!isProofOfWork(proof, { ...of, token: 'other' }));
  assert.ok(!isProofOfWork(proof, { ...of, address: 'bob@example.org' }));
  assert.ok(!isProofOfWork(proof, { ...of, bits: 24 }));
  assert.ok(!isProofOfWork('', of));
  assert.ok(!isProofOfWork(`${'0'.repeat(30)}${proof}`, of));
  assert.ok(isProofOfWork('', { ...of, bits: 0 }));
});

test('whatever a body is, its fields are text', () => {
  const fields = formFields({ one: ' a ', many: ['a', 3, 'b'], number: 7, nothing: null });
  assert.deepEqual(
    [fields.one('one'), fields.all('many'), fields.one('number')],
    ['a', ['a', 'b'], ''],
  );
  for (const body of [undefined, null, 'text', 7, [], { __proto__: { one: 'a' } }]) {
    assert.equal(formFields(body).one('one'), '');
    assert.equal(formFields(body).one('constructor'), '');
  }
});

test('a sign-up counts only for newsletters that are offered, and reports every problem', () => {
  const offered = [{ id: 'daily' }, { id: 'weekly' }];
  const read = (body: object, of = offered) => readSignUp(formFields(body), of);
  assert.deepEqual(read({ newsletters: ['weekly', 'secret'], address: 'ada@example.org' }), {
    ...{ typed: 'ada@example.org', address: 'ada@example.org', newsletters: ['weekly'] },
    ...{ problems: [], isTrapped: false },
  });
  assert.deepEqual(read({ address: 'ada@' }).problems, ['no_newsletter', 'wrong_address']);
  assert.deepEqual(read({ newsletters: 'secret' }).problems, ['no_newsletter', 'no_address']);
  assert.deepEqual(read({ address: 'a@example.org' }, [{ id: 'daily' }]).newsletters, ['daily']);
  assert.ok(read({ [TRAP_FIELD]: 'Buy now' }).isTrapped);
});
