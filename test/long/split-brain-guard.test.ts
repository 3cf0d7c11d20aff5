import assert from 'node:assert/strict';
import { cpSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { putBack } from '../support/desk.ts';
import { type Inbox, openInbox } from '../support/inbox.ts';
import {
  openProject,
  type Project,
  postText,
  type Run,
  runBroadsheet,
} from '../support/program.ts';

const PEOPLE = ['ada@example.org', 'bo@example.org', 'chidi@example.org'];

test('a copied project holds its sends, says so, and does everything else; adopted, it sends', async (t) => {
  const { project, inbox, send } = await openTown(t);
  assert.equal((await send('2026-03-20')).code, 0);
  const copy = join(project.folder, 'copy');
  for (const folder of ['config', '.broadsheet', 'posts']) {
    cpSync(join(project.folder, folder), join(copy, folder), { recursive: true });
  }
  const environment = { BROADSHEET_SECRET: 'a-key-for-tests-only', BROADSHEET_SMTP_URL: inbox.url };
  const inCopy = (...args: string[]) => runBroadsheet(args, copy, environment);
  const now = ['--now', '2026-03-21T07:00'];
  project.write('copy/posts/2026-03-20-new.md', postText('New news', '2026-03-20T18:00:05'));

  const held = await inCopy('send', 'daily', '--yes', ...now);
  assert.equal(held.code, 78);
  assert.match(held.stderr, /this database was at .*, and is a copy at .*; it sends nothing/);
  assert.match(held.stderr, /run `broadsheet database adopt`/);
  assert.equal(inbox.messages.length, PEOPLE.length);

  assert.match((await inCopy('status')).stdout, /^on hold {2}this database was at .*sends nothing/);
  assert.equal((await inCopy('build', ...now)).code, 0);
  assert.equal((await inCopy('subscribers', 'add', 'dee@example.org')).code, 0);
  assert.match((await inCopy('send', 'daily', '--dry-run', ...now)).stdout, /would go to 4/);
  assert.equal((await inCopy('send', 'daily', '--to', 'me@example.org', ...now)).code, 0);

  assert.equal((await inCopy('database', 'adopt')).code, 64);
  const adopted = await inCopy('database', 'adopt', '--yes', '--json');
  assert.match(String(adopted.json().held), /is a copy at/);
  assert.equal((await inCopy('send', 'daily', '--yes', ...now)).code, 0);
  assert.equal(inbox.messagesTo('dee@example.org').length, 1);
});

test('a folder that is moved sends on; on a machine of another name it holds', async (t) => {
  const { project, inbox, send } = await openTown(t);
  assert.equal((await send('2026-03-20')).code, 0);
  const moved = openProject(t);
  renameSync(join(project.folder, '.broadsheet'), join(moved.folder, '.broadsheet'));
  const environment = { BROADSHEET_SMTP_URL: inbox.url };
  const next = await moved.runWith(environment, 'send', 'daily', '--yes');
  assert.equal(next.code, 0, next.stderr);
  const machine = { ...environment, BROADSHEET_MACHINE: 'the new server' };
  const held = await moved.runWith(machine, 'send', 'daily', '--yes');
  assert.equal(held.code, 78);
  assert.match(held.stderr, /was on the machine .*, and this one is the new server/);
});

test('a restored backup mails nobody who left, and nothing that was sent since', async (t) => {
  const { project, inbox, send } = await openTown(t);
  const database = join(project.folder, '.broadsheet/broadsheet.db');
  const backup = join(project.folder, 'backup.db');
  assert.equal((await send('2026-03-20')).code, 0);
  cpSync(database, backup);

  project.write('posts/2026-03-20-new.md', postText('New news', '2026-03-20T18:00:05'));
  assert.equal((await send('2026-03-21')).code, 0);
  assert.equal((await project.run('subscribers', 'remove', 'ada@example.org')).code, 0);
  const sent = inbox.messages.length;
  putBack(backup, database);

  for (const _time of ['first', 'second']) {
    const status = await project.run('status');
    assert.match(status.stdout, /^older this database is older than its journal .*journal\.jsonl/);
    assert.match(status.stdout, /3 active subscribers/);
  }
  const held = await send('2026-03-22');
  assert.equal(held.code, 78);
  assert.doesNotMatch((await project.run('status')).stdout, /older than its journal/);
  assert.match(held.stderr, /was put back from a backup made before daily-2026-03-21 was sent/);
  assert.match(held.stderr, /1 subscription of people who left meanwhile ended/);
  assert.equal((await project.run('database', 'adopt', '--yes')).code, 0);
  assert.match((await send('2026-03-22')).stdout, /Nothing new/);
  assert.equal(inbox.messages.length, sent);

  project.write('posts/2026-03-21-newer.md', postText('Newer news', '2026-03-21T18:00:05'));
  assert.equal((await send('2026-03-22')).code, 0);
  assert.deepEqual(
    inbox.messages
      .slice(sent)
      .map(({ to }) => to)
      .toSorted(),
    PEOPLE.filter((person) => person !== 'ada@example.org'),
  );
});

interface Town {
  readonly project: Project;
  readonly inbox: Inbox;
  /** Sends at seven in the morning of `day`. */
  send(day: string, environment?: NodeJS.ProcessEnv): Promise<Run>;
}

async function openTown(t: TestContext): Promise<Town> {
  const inbox = await openInbox();
  cleanUpAfter(t, () => inbox.close());
  const project = openProject(t);
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  const { code, stderr } = await project.run('subscribers', 'add', ...PEOPLE);
  assert.equal(code, 0, stderr);
  return {
    ...{ project, inbox },
    send: (day, environment = {}) =>
      project.runWith(
        { BROADSHEET_SMTP_URL: inbox.url, ...environment },
        ...['send', 'daily', '--yes', '--now', `${day}T07:00`],
      ),
  };
}
