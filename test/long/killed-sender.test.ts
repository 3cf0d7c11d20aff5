import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { reportStatus } from '../../src/service/report-status.ts';
import { testOnBoth } from '../support/databases.ts';
import { openTestSite } from '../support/test-site.ts';

const SCRIPT = join(import.meta.dirname, '..', 'support', 'send-until-killed.ts');
const CONNECTIONS = 4;

testOnBoth(
  'a sender that is killed in the middle loses nobody, and names whom it leaves in doubt',
  async (t) => {
    const people = Array.from({ length: 200 }, (_, index) => `reader${index}@example.org`);
    let kill = () => {};
    const testSite = await openTestSite(t, {
      subscribers: people,
      inbox: {
        onMessage: () => {
          if (testSite.inbox.messages.length === 60) kill();
          return undefined;
        },
      },
    });
    const edition = await testSite.putEdition();
    const child = spawn(
      process.execPath,
      [SCRIPT, testSite.folder, testSite.inbox.url, testSite.deps.config.databaseUrl],
      {
        stdio: 'inherit',
      },
    );
    kill = () => child.kill('SIGKILL');
    const [, signal] = await once(child, 'exit');
    assert.equal(signal, 'SIGKILL');

    const { editions } = await reportStatus(testSite.deps);
    assert.deepEqual([editions[0]?.state, editions[0]?.senders], ['unfinished', []]);

    // The next send can tell that the dead one is dead, and waits for no lease.
    const report = await testSite.send();
    assert.equal(report.deliveries.accepted, people.length);
    const doubted = new Set(report.inDoubt.map(({ address }) => String(address)));
    assert.ok(doubted.size <= CONNECTIONS, `${doubted.size} in doubt`);
    for (const person of people) {
      const copies = testSite.inbox.messagesTo(person);
      assert.ok(copies.length >= 1, `${person} is lost`);
      assert.ok(copies.length === 1 || doubted.has(person), `${person} got it twice, unnamed`);
      assert.equal(new Set(copies.map(({ raw }) => raw.toString())).size, 1);
    }
    assert.equal(report.edition.id, edition.id);
  },
);

testOnBoth('two programs that send at the same time serve everyone once', async (t) => {
  const people = Array.from({ length: 150 }, (_, index) => `reader${index}@example.org`);
  const testSite = await openTestSite(t, { subscribers: people });
  await testSite.putEdition();
  const children = [1, 2].map(() =>
    spawn(
      process.execPath,
      [SCRIPT, testSite.folder, testSite.inbox.url, testSite.deps.config.databaseUrl],
      { stdio: 'inherit' },
    ),
  );
  const exits = await Promise.all(children.map((child) => once(child, 'exit')));
  assert.deepEqual(
    exits.map(([code]) => code),
    [0, 0],
  );
  assert.deepEqual(testSite.inbox.messages.map(({ to }) => to).sort(), people.toSorted());
});
