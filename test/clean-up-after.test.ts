import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanUpAfter } from './support/clean-up-after.ts';

/** A test that is over as soon as `end` is called. */
function openTest() {
  const works: (() => Promise<void>)[] = [];
  return {
    after: (work: () => Promise<void>) => void works.push(work),
    async end() {
      for (const work of works) await work();
    },
  };
}

test('what was started last is stopped first, each when the one after it is stopped', async () => {
  const t = openTest();
  const stopped: string[] = [];
  cleanUpAfter(t, () => stopped.push('folder'));
  cleanUpAfter(t, async () => {
    await new Promise(setImmediate);
    stopped.push('server');
  });
  cleanUpAfter(t, () => stopped.push('client'));
  await t.end();
  assert.deepEqual(stopped, ['client', 'server', 'folder']);
});

test('everything is stopped where something cannot be, and the test fails', async () => {
  const t = openTest();
  const stopped: string[] = [];
  cleanUpAfter(t, () => stopped.push('first'));
  cleanUpAfter(t, () => {
    throw new Error('it is stuck');
  });
  cleanUpAfter(t, () => Promise.reject(new Error('it is gone')));
  cleanUpAfter(t, () => stopped.push('last'));
  await assert.rejects(t.end(), (error) => {
    assert.ok(error instanceof SuppressedError);
    assert.match(`${error.error} ${error.suppressed}`, /stuck.*gone/);
    return true;
  });
  assert.deepEqual(stopped, ['last', 'first']);
});
