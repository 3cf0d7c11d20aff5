import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryDelaySeconds } from '../../src/kernel/retry-delay.ts';

test('retries wait for five minutes, then twice as long each time, four hours at most', () => {
  const delays = [1, 2, 3, 6, 7, 8, 10_000].map((attempt) => retryDelaySeconds(attempt, 0));
  assert.deepEqual(delays, [300, 600, 1200, 9600, 14_400, 14_400, 14_400]);
});

test('chance adds up to a tenth', () => {
  assert.equal(retryDelaySeconds(1, 0.5), 315);
  assert.equal(retryDelaySeconds(1, 0.999), 330);
});
