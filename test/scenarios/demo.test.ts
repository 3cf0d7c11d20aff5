import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import PostalMime from 'postal-mime';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { openProject, postText, type Run, runBroadsheet, runProgram } from '../support/program.ts';
import { startService } from '../support/service.ts';
import { askUrl } from '../support/web.ts';

const ROOT = join(import.meta.dirname, '../..');

function openFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-demo-'));
  cleanUpAfter(t, () => rmSync(folder, { recursive: true }));
  return folder;
}

function assertDemo({ code, stdout, stderr }: Run): void {
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  assert.match(
    stdout,
    /22 posts read, 20 published \(1 draft, 1 dated in the future, 0 left out\)/,
  );
  assert.match(stdout, /Subject {2}Open Ledger Act Passes by Two Votes/);
  assert.match(stdout, /5 planned = 5 accepted \+ 0 deferred/);
  assert.equal(stdout.match(/Night Ferries Saved/g)?.length, 1, 'the story of three posts once');
}

test('the demo makes feeds, sends an edition over SMTP, and keeps what arrived', async (t) => {
  const folder = openFolder(t);
  const run = await runBroadsheet(['demo'], folder);
  assertDemo(run);
  const inbox = join(folder, 'demo/inbox');
  const messages = readdirSync(inbox).filter((name) => name.endsWith('.eml'));
  assert.equal(messages.length, 5);
  assert.ok(!messages.some((name) => name.startsWith('left@')), 'who left gets nothing');
  for (const name of messages) {
    const { subject, to, html } = await PostalMime.parse(readFileSync(join(inbox, name)));
    assert.match(subject ?? '', /^Open Ledger Act/);
    assert.equal(`${to?.[0]?.address}.eml`, name);
    assert.match(html ?? '', /Politics Essential/);
  }
  assert.match(readFileSync(join(inbox, 'index.html'), 'utf8'), /ada@example\.org/);
  assert.match(readFileSync(join(folder, 'demo/public/rss.xml'), 'utf8'), /Night Ferries/);
});

test("a folder called demo that is somebody else's is left as it is", async (t) => {
  const folder = openFolder(t);
  mkdirSync(join(folder, 'demo'));
  writeFileSync(join(folder, 'demo/mine.txt'), 'mine');
  const { code, stderr } = await runBroadsheet(['demo'], folder);
  assert.equal(code, 64);
  assert.match(stderr, /demo {2}is there already/);
  assert.deepEqual(readdirSync(join(folder, 'demo')), ['mine.txt']);
});

test('the demo runs again over what it left', async (t) => {
  const folder = openFolder(t);
  assertDemo(await runBroadsheet(['demo'], folder));
  assertDemo(await runBroadsheet(['demo'], folder));
});

test('the package as it is published runs the same demo and the service, compiled', async (t) => {
  const folder = openFolder(t);
  const npm = process.env.npm_execpath;
  const [command = '', ...first] = npm === undefined ? ['npm'] : [process.execPath, npm];
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const pack = [...first, 'pack', '--silent', '--pack-destination', folder];
  const cwd = copyOfCheckout(join(folder, 'checkout'));
  execFileSync(command, pack, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'broadsheet'), { recursive: true });
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  execFileSync('tar', [
    '-xzf',
    join(folder, tarball),
    '-C',
    join(modules, 'broadsheet'),
    '--strip-components=1',
  ]);
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  assert.ok(!readdirSync(join(modules, 'broadsheet')).includes('src'));
  const program = join(modules, 'broadsheet/bin/broadsheet.js');
  assertDemo(await runProgram(program, ['demo'], folder));
  await assertServes(t, program);
});

/** The service has the site's templates and texts, and builds the feeds in a process of its own. */
async function assertServes(t: TestContext, program: string): Promise<void> {
  const project = openProject(t);
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  const service = startService(t, project, {}, [], program);
  const url = await service.url();
  const home = await askUrl(url);
  assert.equal(home.status, 200);
  assert.match(home.body, /<form/);
  await service.waitFor(({ msg }) => msg === 'feeds were built');
  assert.match((await askUrl(new URL('rss.xml', url).href)).body, /Night ferries saved/);
  assert.equal(await service.stop(), 0);
}

/** Packing compiles: in a copy, so that nothing stays in the checkout. */
function copyOfCheckout(folder: string): string {
  const passed = new Set(['.git', 'node_modules', 'dist', 'demo', 'public', 'data', 'preview']);
  mkdirSync(folder);
  for (const name of readdirSync(ROOT).filter((each) => !passed.has(each))) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
