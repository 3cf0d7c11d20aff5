import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { newDatabase } from '../support/databases.ts';
import { openProject, postText } from '../support/program.ts';

const NOW = '2026-03-20T07:00Z';

test('a database moves from a file to PostgreSQL, which has everything from then on', async (t) => {
  const project = openProject(t);
  project.write('posts/2026-03-19-harbour.md', postText('The harbour wall stands'));
  await project.run('subscribers', 'add', 'ada@example.org', '--now', NOW);
  await project.run('compose', 'daily', '--now', NOW);
  const url = await newDatabase(t, { on: 'PostgreSQL', bare: true });
  const { password, host, pathname } = new URL(url);

  const copied = await project.run('database', 'copy', '.broadsheet/broadsheet.db', url);
  assert.equal(copied.code, 0, copied.stderr);
  assert.match(copied.stdout, /^identity +1\nsubscribers +1\neditions +1\n/);
  assert.ok(copied.stdout.includes(`Copied .broadsheet/broadsheet.db to ${host}${pathname};`));
  assert.match(copied.stdout, /\.broadsheet\/broadsheet\.db is on hold now, and sends nothing\./);
  assert.ok(!(copied.stdout + copied.stderr).includes(password));

  const onServer = { BROADSHEET_DATABASE_URL: url };
  const people = await project.runWith(onServer, 'subscribers', 'list');
  assert.match(people.stdout, /^ada@example\.org +active/);
  const editions = await project.runWith(onServer, 'editions', 'list', '--json');
  assert.equal(editions.json<{ editions: unknown[] }>().editions.length, 1);

  const again = await project.run('database', 'copy', '.broadsheet/broadsheet.db', url);
  assert.equal(again.code, 64);
  assert.match(again.stderr, /is not empty \(\w+ has rows\); name a new database; nothing was/);
  const back = await project.run('database', 'copy', url, 'back.db', '--json');
  assert.equal(back.code, 0, back.stderr);
  const report = back.json<{ to: string; tables: { table: string; rows: number }[] }>();
  assert.equal(report.to, 'back.db');
  assert.deepEqual(
    report.tables.filter(({ table }) => table === 'subscribers'),
    [{ table: 'subscribers', rows: 1 }],
  );
});

test('a copy of what is not there makes nothing', async (t) => {
  const project = openProject(t);
  const run = await project.run('database', 'copy', '.broadsheet/broadshete.db', 'new.db');
  assert.equal(run.code, 64);
  assert.match(
    run.stderr,
    /\.broadsheet\/broadshete\.db {2}there is no database here; name the file/,
  );
  assert.ok(!existsSync(join(project.folder, 'new.db')));
  assert.ok(!existsSync(join(project.folder, '.broadsheet')));
});

test('a server that is away is named, without its password', async (t) => {
  const project = openProject(t);
  const url = 'postgres://ada:hunter2@127.0.0.1:1/paper';
  const run = await project.runWith({ BROADSHEET_DATABASE_URL: url }, 'editions', 'list');
  assert.equal(run.code, 69);
  assert.match(run.stderr, /^broadsheet: 127\.0\.0\.1:1\/paper {2}connect ECONNREFUSED/);
  assert.ok(!(run.stdout + run.stderr).includes('hunter2'));
});

test('a password that is missing ends the program at once', async (t) => {
  const project = openProject(t);
  const url = new URL(await newDatabase(t, { on: 'PostgreSQL', bare: true }));
  url.password = '';
  const environment = { BROADSHEET_DATABASE_URL: url.href, PGPASSFILE: '/nowhere' };
  const run = await project.runWith(environment, 'editions', 'list');
  assert.equal(run.code, 78);
  assert.match(run.stderr, /password.*; check the user, the password and the name/);
});
