import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { type Inbox, openInbox } from '../support/inbox.ts';
import {
  CONFIG,
  inheritedEnvironment,
  openProject,
  type Project,
  postText,
} from '../support/program.ts';

const DATABASE = 'broadsheet.db';
const JOURNAL = 'broadsheet.journal.jsonl';
const MORNING = ['--yes', '--now', '2026-03-20T07:00'];

test('a new database is in a folder that nobody else reads, and that Git leaves out', async (t) => {
  const project = openProject(t);
  await run(project, 0, 'subscribers', 'add', 'ada@example.org');
  await run(project, 0, 'subscribers', 'remove', 'ada@example.org');
  const modeOf = (path: string) => statSync(join(project.folder, path)).mode & 0o777;
  assert.equal(modeOf('.broadsheet'), 0o700);
  for (const name of [DATABASE, JOURNAL]) assert.equal(modeOf(`.broadsheet/${name}`), 0o600, name);
  git(project, 'init', '--quiet');
  git(project, 'add', '--all');
  assert.doesNotMatch(git(project, 'ls-files'), /broadsheet\.(db|journal)/);
});

test('a database at the former place goes on with a warning, and moves with its journal', async (t) => {
  const { project, inbox } = await openFormer(t);
  const environment = { BROADSHEET_SMTP_URL: inbox.url };
  const before = await project.runWith(environment, 'send', 'daily', ...MORNING);
  assert.equal(before.code, 0, before.stderr);
  assert.match(
    before.stderr,
    /^warning {2}data\/broadsheet\.db {2}.*run `broadsheet database move`/,
  );
  await run(project, 0, 'subscribers', 'remove', 'bo@example.org');

  const moved = await run(project, 0, 'database', 'move', '--json');
  const names = moved.json<{ moved: { what: string }[] }>().moved.map(({ what }) => what);
  assert.deepEqual(names, ['database', 'journal']);
  assert.deepEqual(inFolder(project, 'data'), ['data/published-posts.jsonl']);
  assert.match((await run(project, 0, 'database', 'move')).stdout, /nothing to move/);

  project.write('posts/2026-03-20-new.md', postText('New news', '2026-03-20T18:00:05'));
  const after = ['send', 'daily', '--yes', '--now', '2026-03-21T07:00'];
  const next = await project.runWith(environment, ...after);
  assert.equal(next.code, 0, next.stderr);
  assert.doesNotMatch(next.stderr, /database move/);
  assert.equal(inbox.messagesTo('ada@example.org').length, 2);
  assert.equal(inbox.messagesTo('bo@example.org').length, 1);
});

test('a database that Jekyll publishes stops check, send and start, which say how to move it', async (t) => {
  const { project } = await openFormer(t);
  project.write('_config.yml', 'title: T\n');
  const commands = [['check'], ['send', 'daily', ...MORNING], ['start', '--once']];
  commands.push(['send', 'daily', '--dry-run'], ['subscribers', 'add', 'dee@example.org']);
  for (const command of commands) {
    const { stderr } = await run(project, 78, ...command);
    assert.match(
      stderr,
      /data\/broadsheet\.db {2}is in .*, which Jekyll publishes: .* run `broadsheet database move`/,
      command.join(' '),
    );
  }
  await run(project, 0, 'build');
  assert.match((await run(project, 0, 'status')).stdout, /2 active/);
  await run(project, 0, 'database', 'move');
  await run(project, 0, 'check');
});

test('a database that is named in a folder that is published moves to the place that is named then', async (t) => {
  const project = openProject(t);
  project.write('hugo.toml', '');
  const named = (url: string) => `${CONFIG}database: {url: "sqlite:${url}"}\n`;
  project.write('config/broadsheet.yaml', named('../state/paper.db'));
  await run(project, 0, 'subscribers', 'add', 'ada@example.org');
  renameSync(join(project.folder, 'state'), join(project.folder, 'static'));
  project.write('config/broadsheet.yaml', named('../static/paper.db'));
  const { stderr } = await run(project, 78, 'check');
  assert.match(
    stderr,
    /static\/paper\.db .* which Hugo publishes.* `broadsheet database move static\/paper\.db`/,
  );
  project.write('config/broadsheet.yaml', named('../static/other.db'));
  assert.match(
    (await run(project, 78, 'database', 'move', 'static/paper.db')).stderr,
    /would be in .*static, which Hugo publishes/,
  );
  project.write('config/broadsheet.yaml', named('../.broadsheet/paper.db'));
  await run(project, 0, 'database', 'move', 'static/paper.db');
  assert.deepEqual(inFolder(project, 'static'), []);
  assert.match((await run(project, 0, 'subscribers', 'list')).stdout, /ada@example\.org/);
  await run(project, 64, 'database', 'move', 'static/paper.db');
});

test('a database in the feeds’ folder, or in Git, stops everything that would write to it', async (t) => {
  const project = openProject(t, { config: `${CONFIG}feeds: {folder: ../.broadsheet}\n` });
  const { stderr } = await run(project, 78, 'subscribers', 'add', 'ada@example.org');
  assert.match(stderr, /\.broadsheet, which is published, as the folder of the feeds/);
  project.write('config/broadsheet.yaml', CONFIG);
  await run(project, 0, 'subscribers', 'add', 'ada@example.org');
  git(project, 'init', '--quiet');
  git(project, 'add', '--force', '.broadsheet');
  // A hook of Git's runs programs with these: they name another repository.
  const hook = { GIT_DIR: '/nowhere', GIT_INDEX_FILE: '/nowhere/index' };
  const tracked = await project.runWith(hook, 'check');
  assert.equal(tracked.code, 78);
  assert.match(tracked.stderr, /tracked by Git.*`git rm --cached \.broadsheet\/broadsheet\.db`/);
  git(project, 'rm', '--quiet', '--cached', '.broadsheet/broadsheet.db');
  await run(project, 0, 'check');
});

test('nothing moves while another program has the database open', async (t) => {
  const { project } = await openFormer(t);
  const other = new DatabaseSync(join(project.folder, 'data', DATABASE));
  cleanUpAfter(t, () => other.close());
  other.exec('select count(*) from subscribers');
  const { stderr } = await run(project, 75, 'database', 'move');
  assert.match(stderr, /is used by another program; stop it/);
  assert.ok(existsSync(join(project.folder, 'data', DATABASE)));
  assert.ok(!existsSync(join(project.folder, '.broadsheet', DATABASE)));
});

test('with a database at both places nothing is sent from either, and none is lost', async (t) => {
  const { project } = await openFormer(t);
  const moved = openProject(t);
  await run(moved, 0, 'subscribers', 'add', 'else@example.org');
  renameSync(join(moved.folder, '.broadsheet'), join(project.folder, '.broadsheet'));
  const { stderr } = await run(project, 78, 'send', 'daily', ...MORNING);
  assert.match(
    stderr,
    /data\/broadsheet\.db {2}is a database, and \.broadsheet\/broadsheet\.db is one too/,
  );
  await run(project, 78, 'database', 'move');
  for (const folder of ['data', '.broadsheet']) {
    assert.ok(existsSync(join(project.folder, folder, DATABASE)), folder);
  }
});

test('a journal that is alone at the former place is moved, into one that is there', async (t) => {
  const { project } = await openFormer(t);
  await run(project, 0, 'subscribers', 'remove', 'ada@example.org');
  const at = (path: string) => join(project.folder, path);
  const first = readFileSync(at(`data/${JOURNAL}`), 'utf8');
  mkdirSync(at('.broadsheet'));
  renameSync(at(`data/${DATABASE}`), at(`.broadsheet/${DATABASE}`));
  await run(project, 0, 'subscribers', 'remove', 'bo@example.org');
  await run(project, 0, 'database', 'move');
  const both = readFileSync(at(`.broadsheet/${JOURNAL}`), 'utf8');
  assert.ok(both.startsWith(first) && both.split('\n').length === 3, both);
  project.write(`data/${JOURNAL}`, first);
  await run(project, 78, 'subscribers', 'add', 'dee@example.org');
  await run(project, 0, 'database', 'move');
  assert.equal(readFileSync(at(`.broadsheet/${JOURNAL}`), 'utf8'), both);
  assert.deepEqual(inFolder(project, 'data'), []);
});

/** A project whose database and journal are in `data`, as those of earlier versions were. */
async function openFormer(
  t: TestContext,
): Promise<{ readonly project: Project; readonly inbox: Inbox }> {
  const inbox = await openInbox();
  cleanUpAfter(t, () => inbox.close());
  const project = openProject(t);
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  await run(project, 0, 'subscribers', 'add', 'ada@example.org', 'bo@example.org');
  const from = join(project.folder, '.broadsheet');
  mkdirSync(join(project.folder, 'data'));
  renameSync(join(from, DATABASE), join(project.folder, 'data', DATABASE));
  rmSync(from, { recursive: true });
  return { project, inbox };
}

async function run(project: Project, code: number, ...args: readonly string[]) {
  const result = await project.run(...args);
  assert.equal(result.code, code, `${args.join(' ')}\n${result.stdout}${result.stderr}`);
  return result;
}

function inFolder(project: Project, folder: string): readonly string[] {
  return project.files().filter((file) => file.startsWith(`${folder}/`));
}

function git({ folder }: Project, ...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: folder, env: inheritedEnvironment(), encoding: 'utf8' });
}
