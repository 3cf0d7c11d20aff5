import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test as testOnce } from 'node:test';
import { holdDatabase } from '../../src/database/identity.ts';
import { openStore } from '../../src/database/open-store.ts';
import {
  checkBooks,
  checkContent,
  checkHold,
  checkServer,
} from '../../src/doctor/check-database.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { damageFile } from '../support/damage.ts';
import { test } from '../support/databases.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { NEWSLETTER, openTestSite } from '../support/test-site.ts';

test('the last edition that was sent is added up, and a hold is a warning', async (t) => {
  const { deps, ...testSite } = await openTestSite(t, { subscribers: ['ada@example.org'] });
  const { config, store } = deps;
  assert.match((await checkBooks(store, NEWSLETTER)).fact, /no edition was sent yet/);
  await testSite.putEdition();
  await testSite.send();
  await testSite.putEdition(`${NEWSLETTER}-2026-03-21`);
  const books = await checkBooks(store, NEWSLETTER);
  assert.equal(books.fact, `${NEWSLETTER}-2026-03-20: 1 planned, 1 accepted`);
  assert.equal((await checkHold(config, store)).level, 'ok');
  await holdDatabase(store.db, { since: '2026-03-20T07:00:00Z', because: 'may be a copy' });
  const held = await checkHold(config, store);
  assert.equal(
    `${held.level}: ${held.fact}`,
    'warning: the database may be a copy; it sends nothing',
  );
});

test('a server says its version, its connections and its time', async (t) => {
  const { deps } = await openTestSite(t);
  const found = await checkServer(deps.store, deps.machineClock);
  if (deps.config.databaseUrl.startsWith('sqlite:')) return assert.deepEqual(found, {});
  assert.match(found.server?.fact ?? '', /^PostgreSQL \d+/);
  assert.match(found.connections?.fact ?? '', /^\d+ of \d+ connections are in use$/);
  assert.match(found.clock?.fact ?? '', /agrees with that of the database server/);
});

testOnce('a damaged file is found, and a sound one is read as a whole', async (t) => {
  const file = join(temporaryFolder(t), 'paper.db');
  const store = await openStore(`sqlite:${file}`);
  cleanUpAfter(t, () => store.close());
  assert.equal((await checkContent(store)).level, 'ok');
  damageFile(file);
  const { level, fact } = await checkContent(store);
  assert.match(`${level}: ${fact}`, /^failure: .*paper\.db {2}is damaged/);
});
