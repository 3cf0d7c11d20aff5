import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inBatches } from '../../src/kernel/in-batches.ts';

test('items that come while others are worked on are the next batch; each caller gets its own result', async () => {
  const batches: (readonly number[])[] = [];
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const began = gates.map(() => Promise.withResolvers<void>());
  const double = inBatches(3, async (items: readonly number[]) => {
    const at = batches.push(items) - 1;
    began[at]?.resolve();
    await gates[at]?.promise;
    return items.map((item) => item * 2);
  });
  const first = [1, 2].map(double);
  await began[0]?.promise;
  const later = [3, 4, 5, 6].map(double);
  for (const gate of gates) gate.resolve();
  assert.deepEqual(await Promise.all([...first, ...later]), [2, 4, 6, 8, 10, 12]);
  assert.deepEqual(batches, [[1, 2], [3, 4, 5], [6]]);
});

test('an error is for the callers of its batch, and the next batch is worked on', async () => {
  const work = inBatches(2, async (items: readonly string[]) => {
    if (items.includes('bad')) throw new Error('broken');
    return items;
  });
  const answers = await Promise.allSettled(['good', 'bad', 'other'].map(work));
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['rejected', 'rejected', 'fulfilled'],
  );
  assert.equal(await work('again'), 'again');
});
