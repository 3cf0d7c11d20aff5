import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addNote, type BreakerNote, reasonToStop } from '../../src/model/breaker.ts';

const after = (...notes: readonly BreakerNote[]) =>
  reasonToStop(notes.reduce<readonly BreakerNote[]>(addNote, []));
const times = (count: number, note: BreakerNote) => Array<BreakerNote>(count).fill(note);

test('ten refusals in a row are a reason to stop, nine are none', () => {
  assert.equal(after(...times(9, 'refused')), undefined);
  assert.deepEqual(after(...times(10, 'refused')), { refusals: 10, of: 10 });
  assert.equal(after(...times(9, 'refused'), 'accepted', ...times(9, 'refused')), undefined);
});

test('half of the last fifty refused is a reason to stop, however they come', () => {
  const everySecond = Array.from({ length: 25 }, () => ['refused', 'accepted'] as const).flat();
  assert.deepEqual(after(...everySecond), { refusals: 25, of: 50 });
  assert.equal(after(...everySecond.slice(2), 'accepted', 'accepted'), undefined);
  const longAgo = [...everySecond.slice(2), ...times(50, 'accepted'), ...times(9, 'refused')];
  assert.equal(after(...longAgo), undefined);
});

test('twenty-five addresses in a row that do not exist are a reason to stop', () => {
  assert.equal(after(...times(24, 'noSuchAddress')), undefined);
  assert.deepEqual(after(...times(25, 'noSuchAddress')), { refusals: 25, of: 25 });
  const some = [...times(24, 'noSuchAddress'), 'accepted', ...times(24, 'noSuchAddress')] as const;
  assert.equal(after(...some), undefined);
});

test('what was put off or is in doubt says nothing, and does not end a row', () => {
  assert.equal(after(...times(100, 'other')), undefined);
  assert.deepEqual(after(...times(9, 'refused'), ...times(60, 'other'), 'refused'), {
    ...{ refusals: 10, of: 10 },
  });
});

test('a relay that takes more than it refuses, and never refuses ten in a row, is not stopped', () => {
  const taken = fc.array(fc.constantFrom<BreakerNote>('accepted', 'other'), { minLength: 1 });
  fc.assert(
    fc.property(fc.array(taken, { maxLength: 60 }), (groups) => {
      const notes = groups.flatMap((group): BreakerNote[] => [
        ...group,
        ...(['accepted', 'accepted', 'refused'] as const),
      ]);
      assert.equal(after(...notes), undefined);
    }),
  );
});
