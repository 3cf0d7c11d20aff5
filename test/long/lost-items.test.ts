import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CONFIG, openProject, type Project, postText, type Run } from '../support/program.ts';

const NOW = ['--now', '2026-03-20T07:00'];
const NAMES = Array.from({ length: 8 }, (_, at) => `2026-03-1${at}-post.md`);

function textOf(name: string, lines = ''): string {
  const text = postText(
    `Post of ${name}`,
    name.slice(0, 10),
    `What ${name} has to say of the day.`,
  );
  return text.replace('date:', `${lines}date:`);
}

/** A project whose posts are published. */
async function openPublished(t: TestContext, names: readonly string[] = NAMES): Promise<Project> {
  const project = openProject(t);
  for (const name of names) project.write(`posts/${name}`, textOf(name));
  assert.equal((await project.run('build', ...NOW)).code, 0);
  return project;
}

function feedOf({ folder }: Project): string {
  return readFileSync(join(folder, 'public/feed.json'), 'utf8');
}

function countOf(project: Project): number {
  return (JSON.parse(feedOf(project)) as { readonly items: unknown[] }).items.length;
}

/** Asserts that a build stops, says why once, and writes nothing; with --force it goes on. */
async function assertStops(project: Project, reason: RegExp): Promise<void> {
  const before = feedOf(project);
  const ids = readFileSync(join(project.folder, 'data/published-posts.jsonl'), 'utf8');
  const files = project.files();
  const run = await project.run('build', ...NOW);
  assert.equal(run.code, 78, run.stderr);
  assert.match(run.stderr, reason);
  assert.equal(run.stderr.match(/--force/g)?.length, 1, run.stderr);
  assert.equal(feedOf(project), before);
  assert.equal(readFileSync(join(project.folder, 'data/published-posts.jsonl'), 'utf8'), ids);
  assert.deepEqual(project.files(), files);
}

async function assertGoesOn(project: Project, items: number, ...args: string[]): Promise<Run> {
  const run = await project.run('build', ...NOW, ...args);
  assert.ok(run.code === 0 || run.code === 65, run.stderr);
  assert.equal(countOf(project), items, run.stderr);
  return run;
}

test('a build that would take most items out of a feed stops, and --force lets it go on', async (t) => {
  const project = await openPublished(t);
  for (const name of NAMES.slice(0, 5)) project.write(`posts/${name}`, textOf(name, 'broken: [\n'));
  await assertStops(project, /feed\.json {2}would lose 5 of its 8 items.*\n.*2026-03-10-post\.md:/);
  await assertGoesOn(project, 3, '--force');
  await assertGoesOn(project, 3);
});

test('half of the items and fewer may go: the broken posts are named and left out', async (t) => {
  const project = await openPublished(t);
  for (const name of NAMES.slice(0, 4)) project.write(`posts/${name}`, textOf(name, 'broken: [\n'));
  assert.equal((await assertGoesOn(project, 4)).code, 65);
});

test('posts that were deleted leave the feed, however many', async (t) => {
  const project = await openPublished(t);
  for (const name of NAMES.slice(0, 7)) rmSync(join(project.folder, 'posts', name));
  await assertGoesOn(project, 1);
});

test('a folder that is empty, gone or another one is reported as the mistake of the config', async (t) => {
  const project = await openPublished(t);
  const posts = join(project.folder, 'posts');
  renameSync(posts, join(project.folder, 'elsewhere'));
  const run = await project.run('build', ...NOW);
  assert.equal(run.code, 78);
  assert.match(run.stderr, /broadsheet\.yaml:6:17 {2}posts\.folder is .*cannot be read/);
  mkdirSync(posts);
  await assertStops(project, /yaml:6:17 {2}posts\.folder is .*has not 8 of the 8 posts/);
  project.write('posts/2025-01-01-other.md', textOf('2025-01-01-other.md'));
  await assertStops(project, /has not 8 of the 8 posts/);
  rmSync(posts, { recursive: true });
  renameSync(join(project.folder, 'elsewhere'), posts);
  await assertGoesOn(project, 8);
});

test('a folder that holds only some of the posts is another one', async (t) => {
  const names = NAMES.map((name, at) => (at < 2 ? `new/${name}` : `old/${name}`));
  const project = openProject(t);
  for (const name of names) project.write(`posts/${name}`, textOf(name.slice(4)));
  assert.equal((await project.run('build', ...NOW)).code, 0);
  project.write('config/broadsheet.yaml', CONFIG.replace('../posts', '../posts/new'));
  await assertStops(project, /has not 6 of the 8 posts/);
});

test('a few posts that are made drafts are taken out, many at once are asked about', async (t) => {
  const project = await openPublished(t, NAMES.slice(0, 3));
  for (const name of NAMES.slice(0, 3))
    project.write(`posts/${name}`, textOf(name, 'draft: true\n'));
  await assertGoesOn(project, 0);
  const larger = await openPublished(t);
  for (const name of NAMES.slice(0, 5))
    larger.write(`posts/${name}`, textOf(name, 'draft: true\n'));
  await assertStops(larger, /would lose 5 of its 8 items.*drafts or of the future/);
});

test('a clock that went back empties no feed', async (t) => {
  const project = await openPublished(t, NAMES.slice(0, 2));
  const before = feedOf(project);
  const run = await project.run('build', '--now', '2020-01-01T00:00');
  assert.equal(run.code, 78, run.stderr);
  assert.equal(feedOf(project), before);
});

test('in a fresh checkout the file of published posts says what the feed had', async (t) => {
  const project = await openPublished(t);
  rmSync(join(project.folder, 'public'), { recursive: true });
  for (const name of NAMES.slice(0, 5)) project.write(`posts/${name}`, textOf(name, 'broken: [\n'));
  const run = await project.run('build', ...NOW);
  assert.equal(run.code, 78);
  assert.match(run.stderr, /published-posts\.jsonl {2}would lose 5 of its 8 items/);
  assert.equal(
    project.files().some((file) => file.startsWith('public/')),
    false,
  );
});

test('a category whose posts are all broken keeps its feed', async (t) => {
  const project = openProject(t);
  for (const [at, name] of NAMES.entries()) {
    project.write(`posts/${name}`, textOf(name).replace('News', at < 2 ? 'Tides' : 'News'));
  }
  assert.equal((await project.run('build', ...NOW)).code, 0);
  project.write(`posts/${NAMES[0]}`, textOf(NAMES[0] ?? '', 'broken: [\n'));
  project.write(`posts/${NAMES[1]}`, textOf(NAMES[1] ?? '', 'broken: [\n'));
  await assertGoesOn(project, 6);
  const tides = readFileSync(join(project.folder, 'public/categories/tides/feed.json'), 'utf8');
  assert.equal((JSON.parse(tides) as { readonly items: unknown[] }).items.length, 2);
});
