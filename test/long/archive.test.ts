import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { openInbox } from '../support/inbox.ts';
import { openProject, type Project, postText } from '../support/program.ts';
import { startService } from '../support/service.ts';
import { askUrl } from '../support/web.ts';

const NOW = ['--now', '2026-03-20T07:00'];

interface Report {
  readonly editions: number;
  readonly changed: number;
  readonly removed: number;
}

/** A project whose newsletter has sent an edition to one reader. */
async function sent(t: TestContext): Promise<Project> {
  const inbox = await openInbox();
  cleanUpAfter(t, () => inbox.close());
  const project = openProject(t);
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  await project.run('subscribers', 'add', 'canary@example.org');
  const environment = { BROADSHEET_SMTP_URL: inbox.url };
  const run = await project.runWith(environment, 'send', 'daily', '--yes', ...NOW);
  assert.equal(run.code, 0, run.stderr);
  return project;
}

test('who sends by cron writes the archive by one command', async (t) => {
  const project = await sent(t);
  const first = await project.run('archive', '--json');
  assert.equal(first.code, 0, first.stderr);
  const { editions, changed } = first.json<Report>();
  assert.equal(editions, 1);
  assert.ok(changed >= 5);
  const pages = project.files().filter((path) => /^public\/archive\/.*index\.html$/.test(path));
  assert.deepEqual(pages, [
    'public/archive/daily-2026-03-20/index.html',
    'public/archive/daily/index.html',
    'public/archive/index.html',
  ]);
  const page = readFileSync(join(project.folder, pages[0] ?? ''), 'utf8');
  assert.match(page, /Night ferries saved/);
  assert.doesNotMatch(page, /canary/);
  const second = await project.run('archive');
  assert.match(second.stdout, /^1 edition in the archive, 0 files changed, in public\/archive$/m);
});

test('an edition that is cancelled leaves the archive with the next run', async (t) => {
  const project = await sent(t);
  await project.run('archive');
  await project.run('editions', 'cancel', 'daily-2026-03-20', '--yes');
  const run = await project.run('archive', '--json');
  assert.deepEqual([run.json<Report>().editions, run.json<Report>().removed], [0, 1]);
  assert.ok(!project.files().some((path) => path.includes('daily-2026-03-20')));
});

test('the service writes the archive when it starts, and serves it', async (t) => {
  const project = await sent(t);
  const service = startService(t, project);
  await service.waitFor(({ msg }) => msg === 'archive written');
  const url = await service.url();
  const ask = async (path: string) => (await askUrl(new URL(path, url).href)).status;
  for (const path of ['archive/', 'archive/daily/', 'archive/daily-2026-03-20/']) {
    assert.equal(await ask(path), 200, path);
  }
  assert.equal(await ask('archive/daily/atom.xml'), 200);
  assert.equal(await service.stop(), 0);
});

test('one round of the service writes it too', async (t) => {
  const project = await sent(t);
  const run = await project.run('start', '--once', '--only', 'archive');
  assert.equal(run.code, 0, run.stderr);
  assert.ok(project.files().includes('public/archive/daily-2026-03-20/index.html'));
});

test('the archive can be written where a site is built', async (t) => {
  const project = await sent(t);
  const run = await project.run('archive', '--out', '_site/news');
  assert.equal(run.code, 0, run.stderr);
  assert.ok(project.files().includes('_site/news/archive/daily/rss.xml'));
});

test('without its database the archive is left as it is', async (t) => {
  const project = openProject(t);
  project.write(
    'public/archive/daily-2026-03-20/index.html',
    '<meta name="generator" content="Broadsheet">',
  );
  const run = await project.run('archive');
  assert.equal(run.code, 78);
  assert.match(
    run.stderr,
    /broadsheet\.db {2}does not exist, and the archive is made from the editions in it/,
  );
  assert.ok(project.files().includes('public/archive/daily-2026-03-20/index.html'));
});
