import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  asksForSlowerPace,
  currentRate,
  LEAST_PER_DOMAIN,
  LEAST_PER_RELAY,
  type SlowedRate,
  slowedRate,
} from '../../src/delivery/slowed-rate.ts';

const NOW = Date.parse('2026-03-20T07:00Z');
const MINUTE_MS = 60_000;

/** Of a domain. */
const halved = (rate: SlowedRate | undefined, measuredPerHour: number, now: number) =>
  slowedRate(rate, measuredPerHour, now, LEAST_PER_DOMAIN);

test('a domain that asks for it gets half of what it got, again and again, but a message in three seconds', () => {
  const first = halved(undefined, 9000, NOW);
  assert.deepEqual(first, { messagesPerHour: 4500, changedAt: NOW });
  const second = halved(first, 1, NOW + 5000);
  assert.ok(second.messagesPerHour > 2250 && second.messagesPerHour < 2275);
  let rate = second;
  for (let times = 1; times <= 10; times += 1) rate = halved(rate, 1, NOW + times * 10_000);
  assert.equal(rate.messagesPerHour, 1200);
});

test('a domain asks for a slower pace by 421 and 4.7.x, not by greylisting or trouble of its own', () => {
  const asks = (code: number, enhancedCode: string | undefined, text: string) =>
    asksForSlowerPace({ code, text, ...(enhancedCode === undefined ? {} : { enhancedCode }) });
  assert.ok(asks(421, undefined, 'too many connections'));
  assert.ok(asks(451, '4.7.28', 'unusual rate of mail'));
  assert.ok(asks(450, '4.7.500', 'server busy'));
  for (const text of [
    'Too many messages from 192.0.2.1',
    'Ratelimit "to" exceeded',
    'Rate limit reached',
    'messages deferred due to excessive volume',
    'Please slow down',
  ]) {
    assert.ok(asks(451, '4.7.1', text), text);
    assert.ok(asks(450, '4.7.0', text), text);
  }
  // What rspamd, a policy server of Postfix and others answer the first time that somebody comes.
  for (const text of [
    'Try again later',
    '<ada@example.org>: Recipient address rejected: Policy rejection, please try later',
    'Service unavailable - try again later',
    'Temporarily deferred, come back in 300 seconds',
  ]) {
    assert.ok(!asks(451, '4.7.1', text), text);
    assert.ok(!asks(450, '4.7.0', text), text);
  }
  assert.ok(!asks(450, '4.7.1', 'Greylisted, come back in 5 minutes'));
  assert.ok(!asks(451, '4.7.1', 'Grey-listing in action'));
  assert.ok(!asks(452, '4.2.2', 'mailbox full'));
  assert.ok(!asks(451, '4.3.0', 'try again later'));
  assert.ok(!asks(450, undefined, 'not now'));
});

test('several requests at once are one', () => {
  const first = halved(undefined, 3600, NOW);
  assert.equal(halved(first, 3600, NOW + 4999), first);
});

test('a domain that was sent to faster than any limit is halved from where limits begin', () => {
  assert.equal(halved(undefined, 1e9, NOW).messagesPerHour, 18_000);
});

test('a rate is twice as high after ten minutes, and none any more once it is high enough', () => {
  const rate = { messagesPerHour: 1000, changedAt: NOW };
  assert.equal(currentRate(rate, NOW), 1000);
  assert.equal(currentRate(rate, NOW + 10 * MINUTE_MS), 2000);
  assert.equal(currentRate(rate, NOW + 50 * MINUTE_MS), 32_000);
  assert.equal(currentRate(rate, NOW + 52 * MINUTE_MS), undefined);
});

test('one that has climbed back and asks again is halved from where limits begin', () => {
  const rate = { messagesPerHour: 1000, changedAt: NOW };
  assert.equal(halved(rate, 1e9, NOW + 60 * MINUTE_MS).messagesPerHour, 18_000);
});

test('when the clock goes back the rate stays as it is, and can still be halved', () => {
  const rate = { messagesPerHour: 5000, changedAt: NOW };
  assert.equal(currentRate(rate, NOW - 60 * MINUTE_MS), 5000);
  assert.deepEqual(halved(rate, 1, NOW - 60 * MINUTE_MS), {
    messagesPerHour: 2500,
    changedAt: NOW - 60 * MINUTE_MS,
  });
});

test('a relay that asks for it again and again gets a message a minute', () => {
  let rate: SlowedRate | undefined;
  for (let times = 0; times < 12; times += 1) {
    rate = slowedRate(rate, 9000, NOW + times * 10_000, LEAST_PER_RELAY);
  }
  assert.equal(rate?.messagesPerHour, 60);
});
