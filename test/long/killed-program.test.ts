import assert from 'node:assert/strict';
import { crashProblems, runCrashTrials } from '../support/crash-trials.ts';
import { newDatabase, testOnBoth } from '../support/databases.ts';

// `npm run test:crash` does the same a hundred times, with two thousand subscribers.
const SENDS = 5;

testOnBoth(
  `${SENDS} sends that are killed at random moments lose nobody, and name whoever got two`,
  async (t) => {
    const figures = await runCrashTrials({
      ...{ sends: SENDS, subscribers: 100, connections: 5, mostKills: 1 },
      newDatabase: (folder) => newDatabase(t, { folder }),
      random: Math.random,
    });
    t.diagnostic(JSON.stringify(figures));
    assert.deepEqual(crashProblems(figures), {});
    // Some sends are over before they are killed.
    assert.ok(figures.kills >= Math.floor(SENDS / 2), `${figures.kills} kills`);
  },
);
