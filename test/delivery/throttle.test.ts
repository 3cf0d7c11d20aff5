import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  currentRate,
  LEAST_PER_DOMAIN,
  LEAST_PER_RELAY,
  type SlowedRate,
  slowedRate,
  Throttle,
} from '../../src/delivery/throttle.ts';

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

test('a throttle permits so many messages at once, and the next one after its interval', () => {
  const throttle = new Throttle(
    { connections: 2, messagesPerSecond: 2, leastPerHour: LEAST_PER_RELAY },
    undefined,
    NOW,
  );
  assert.equal(throttle.opensAt(NOW), NOW);
  throttle.enter(NOW);
  assert.equal(throttle.opensAt(NOW), NOW + 500);
  throttle.enter(NOW + 500);
  assert.equal(throttle.opensAt(NOW + 5000), Infinity);
  throttle.leave();
  assert.equal(throttle.opensAt(NOW + 5000), NOW + 5000);
});

test('when the clock goes back a throttle opens after one interval, not when the clock is there again', () => {
  const limits = { connections: 2, messagesPerSecond: 2, leastPerHour: LEAST_PER_RELAY };
  const throttle = new Throttle(limits, undefined, NOW);
  throttle.enter(NOW);
  const back = NOW - 60 * MINUTE_MS;
  assert.equal(throttle.opensAt(back), back + 500);
  assert.equal(throttle.opensAt(back + 400), back + 500);
  assert.equal(throttle.opensAt(back + 500), back + 500);
});
