import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { moveDatabase } from '../../src/recovery/move-database.ts';
import { checkSplitBrain, findHold } from '../../src/recovery/split-brain-guard.ts';
import { loadConfig } from '../../src/settings/load-config.ts';
import { addSubscriber } from '../../src/subscribers/add-subscriber.ts';
import { findSubscribers } from '../../src/subscribers/queries/subscribers.ts';
import { removeSubscriber } from '../../src/subscribers/remove-subscriber.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { newFolder, openDesk } from '../support/desk.ts';
import { CONFIG, inheritedEnvironment } from '../support/program.ts';
import { address, NEWSLETTER, openTestSite, PEOPLE, type TestSite } from '../support/test-site.ts';

/** As that of a desk. */
const MACHINE = { BROADSHEET_MACHINE: 'ada' };

const OTHER_DISK = '/dev/shm';
const [LEFT = ''] = PEOPLE;

for (const kind of ['within a disk', 'to another disk'] as const) {
  test(`a move ${kind} that is killed at any step goes on when it is run again`, async (t) => {
    if (kind === 'to another disk' && !existsSync(OTHER_DISK))
      return t.skip('there is no other disk');
    const testSite = await openTestSite(t, { on: 'SQLite' });
    let steps = 0;
    for (let at = 1; ; at++) {
      const site = await openSite(t, testSite, kind === 'to another disk');
      const died = await moveAndDie(site.file, at);
      if (died) steps += 1;
      await moveDatabase(loadConfig(site.file, MACHINE), undefined);
      assert.deepEqual(readdirSync(site.former), [], `step ${at}`);
      const now = site.desk();
      const { hold, status } = await now.use(async (deps) => ({
        hold: await findHold(deps),
        status: (await findSubscribers(deps.store.db, NEWSLETTER, [address(LEFT)])).get(LEFT)
          ?.status,
      }));
      assert.equal(hold, undefined, `step ${at}`);
      assert.equal(status, 'unsubscribed', `step ${at}`);
      if (!died) break;
    }
    assert.ok(steps > 5, `${steps} steps`);
  });
}

/** A site whose database, with an edition that was sent and somebody who left, is at the former place. */
async function openSite(t: TestContext, testSite: TestSite, onOtherDisk: boolean) {
  const folder = newFolder(t);
  const former = join(folder, 'data');
  if (onOtherDisk) {
    const there = mkdtempSync(join(OTHER_DISK, 'broadsheet-'));
    cleanUpAfter(t, () => rmSync(there, { recursive: true, force: true }));
    symlinkSync(there, former);
  }
  mkdirSync(former, { recursive: true });
  mkdirSync(join(folder, 'config'));
  const file = join(folder, 'config/broadsheet.yaml');
  writeFileSync(file, CONFIG);
  const places = () => {
    const { databaseUrl, journalFile } = loadConfig(file, MACHINE);
    return { databaseUrl, journalFile };
  };
  const first = openDesk(testSite, former, {
    databaseUrl: `sqlite:${join(former, 'broadsheet.db')}`,
    journalFile: join(former, 'broadsheet.journal.jsonl'),
  });
  await first.use(async (deps) => {
    for (const person of PEOPLE) await addSubscriber(deps, { address: address(person) });
    await checkSplitBrain(deps);
    await removeSubscriber(deps, { newsletter: NEWSLETTER, address: address(LEFT) });
  });
  return { file, former, desk: () => openDesk(testSite, join(folder, 'desk'), places()) };
}

/** Moves in a process that kills itself at its `at`-th change of a file. Whether it did. */
async function moveAndDie(file: string, at: number): Promise<boolean> {
  const support = join(import.meta.dirname, '../support');
  const args = [
    '--import',
    join(support, 'die-at-file-call.ts'),
    join(support, 'move-database.ts'),
  ];
  const env = { ...inheritedEnvironment(), ...MACHINE, DIE_AT: String(at) };
  const child = spawn(process.execPath, [...args, file], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code, signal] = await once(child, 'exit');
  assert.ok(code === 0 || signal === 'SIGKILL', `${code} ${signal}`);
  return signal === 'SIGKILL';
}
