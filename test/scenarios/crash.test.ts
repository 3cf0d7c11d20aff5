import assert from 'node:assert/strict';
import { runCrashTrials } from '../support/crash-trials.ts';
import { newDatabase, test } from '../support/databases.ts';

const KILLS = 10;

test(`${KILLS} sends that are killed at random moments lose nobody, and name whoever got two`, async (t) => {
  const figures = await runCrashTrials({
    ...{ sends: KILLS, subscribers: 200, connections: 5, mostKills: 1 },
    newDatabase: (folder) => newDatabase(t, { folder }),
    chance: Math.random,
  });
  t.diagnostic(JSON.stringify(figures));
  const { lost, undeclared, otherMessageId, overBound, unbalanced } = figures;
  assert.deepEqual(
    { lost, undeclared, otherMessageId, overBound, unbalanced },
    { lost: 0, undeclared: 0, otherMessageId: 0, overBound: 0, unbalanced: 0 },
  );
  assert.ok(figures.kills >= KILLS / 2, `${figures.kills} kills`);
});
