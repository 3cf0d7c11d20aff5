import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { newDatabase } from '../support/databases.ts';
import { dueNow, watchedSinceYesterday } from '../support/due-now.ts';
import { openEndlessWork } from '../support/endless-work.ts';
import { CONFIG, openProject, postText } from '../support/program.ts';
import { startService } from '../support/service.ts';
import { askUrl } from '../support/web.ts';

test('while a build and an edition never end, pages are served; a service that is killed takes both with it', (t) =>
  serveBesideEndlessWork(t, []));

test('while the posts of an edition that was composed by hand are looked through, pages are served', (t) =>
  serveBesideEndlessWork(t, ['compose', 'daily']));

/** Two processes work without end: one builds feeds, the other has the slot that is due. */
async function serveBesideEndlessWork(t: TestContext, before: readonly string[]): Promise<void> {
  const project = openProject(t, { config: `${CONFIG}${dueNow()}` });
  const yesterday = Temporal.Now.instant().subtract({ hours: 20 }).toString().slice(0, 19);
  project.write('posts/ferries.md', postText('Night ferries saved', yesterday));
  const databaseUrl = await newDatabase(t, { folder: project.folder });
  const database = { BROADSHEET_DATABASE_URL: databaseUrl };
  const added = await project.runWith(database, 'subscribers', 'add', 'ada@example.org');
  assert.equal(added.code, 0, added.stderr);
  if (before.length > 0) {
    const run = await project.runWith(database, ...before);
    assert.equal(run.code, 0, run.stderr);
  }
  await watchedSinceYesterday(databaseUrl);
  const endless = openEndlessWork(t, project.folder);
  const service = startService(t, project, {
    ...database,
    BROADSHEET_SMTP_URL: 'smtp://127.0.0.1:9',
    ...endless.environment,
  });
  const site = await service.url();
  await endless.untilRunning(2);
  for (const path of ['/healthz', '/', '/subscribe/']) {
    assert.equal((await askUrl(new URL(path, site).href)).status, 200, path);
  }
  assert.equal(endless.running().length, 2);
  service.kill('SIGKILL');
  await service.ended;
  await endless.untilRunning(0);
}
