import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { openProject, type Project, postText } from '../support/program.ts';

const PRINTER = pathToFileURL(join(import.meta.dirname, '../support/print-loaded.ts')).href;

/** What takes long to load, and has its own few uses. */
const OF_FEW = ['date-holidays', 'fastify', 'feedsmith', 'imapflow', 'mailauth', 'pg', 'undici'];
const OF_MAIL = ['mjml', 'juice', 'htmlnano', 'nodemailer', 'cheerio', 'culori'];
const OF_POSTS = ['gray-matter', 'markdown-it', 'sanitize-html', 'liquidjs'];

test('status loads the settings and the database, and nothing of posts, mails or the web', async (t) => {
  const { packages, count } = await loadedBy(openSite(t), 'status');
  assert.deepEqual(among(packages, [...OF_FEW, ...OF_MAIL, ...OF_POSTS]), []);
  assert.ok(packages.has('kysely'));
  assert.ok(count < 700, `${count} modules`);
});

test('build loads nothing of the database, of mails or of the web', async (t) => {
  const { packages, count } = await loadedBy(openSite(t), 'build');
  assert.deepEqual(among(packages, [...OF_FEW, ...OF_MAIL, 'kysely']), []);
  assert.ok(packages.has('gray-matter'));
  assert.ok(count < 750, `${count} modules`);
});

test('a build without changes loads no parser of posts, no renderer and no writer of feeds', async (t) => {
  const site = openSite(t);
  // The first writes files; the second finds that they have not changed since.
  await site.run('build');
  await site.run('build');
  const { packages, count } = await loadedBy(site, 'build');
  const parsers = ['gray-matter', 'sanitize-html', 'liquidjs', 'feed', 'saxes'];
  assert.deepEqual(among(packages, [...OF_FEW, ...OF_MAIL, ...parsers, 'kysely']), []);
  assert.ok(count < 400, `${count} modules`);
});

test('check loads the lean part of mjml, and no database where there is none', async (t) => {
  const { packages, count } = await loadedBy(openSite(t), 'check');
  assert.deepEqual(among(packages, [...OF_FEW, 'juice', 'htmlnano', 'js-beautify', 'kysely']), []);
  assert.ok(packages.has('mjml'));
  assert.ok(count < 1050, `${count} modules`);
});

function openSite(t: TestContext): Project {
  const project = openProject(t);
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  return project;
}

async function loadedBy(project: Project, command: string) {
  const file = join(project.folder, 'loaded.txt');
  const environment = { NODE_OPTIONS: `--import=${PRINTER}`, BROADSHEET_TEST_LOADED: file };
  const run = await project.runWith(environment, command);
  assert.equal(run.code, 0, run.stderr);
  const urls = readFileSync(file, 'utf8').split('\n');
  const names = urls.flatMap(
    (url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? [],
  );
  return { packages: new Set(names), count: urls.length };
}

function among(packages: ReadonlySet<string>, names: readonly string[]): readonly string[] {
  return names.filter((name) => packages.has(name));
}
