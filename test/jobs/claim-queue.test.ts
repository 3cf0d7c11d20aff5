import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openClaimQueue } from '../../src/jobs/claim-queue.ts';

test('workers share what is claimed, and each item goes to one of them', async () => {
  const batches = [[1, 2, 3], [4], []];
  let claims = 0;
  const next = openClaimQueue(async () => batches[claims++] ?? []);
  const taken = await Promise.all([1, 2, 3, 4, 5, 6].map(() => next()));
  assert.deepEqual(taken.filter(Boolean).toSorted(), [1, 2, 3, 4]);
  assert.ok(claims <= 4, `${claims} claims`);
});

test('a claim that fails fails those who wait for it, and the next one is tried', async () => {
  let claims = 0;
  const next = openClaimQueue(async () => {
    claims += 1;
    if (claims === 1) throw new Error('disk full');
    return ['item'];
  });
  await assert.rejects(Promise.all([next(), next()]), /disk full/);
  assert.equal(await next(), 'item');
});
