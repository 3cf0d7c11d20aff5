import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { assertDemo, openDemoFolder } from '../support/demo.ts';
import { CONFIG, openProject, postText, runProgram } from '../support/program.ts';
import { startService } from '../support/service.ts';
import { askUrl } from '../support/web.ts';

const ROOT = join(import.meta.dirname, '../..');

test('the package as it is published runs the same demo and the service, compiled', async (t) => {
  const folder = openDemoFolder(t);
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
  await assertKnowsHolidays(t, program);
});

test('the libraries of run time stay below 450 packages and 170 MB on disk', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const names = Object.keys(packages).filter((name) => {
    const { dev, devOptional, optional } = packages[name];
    return name !== '' && !dev && !devOptional && !optional;
  });
  const bytes = names.map((name) => sizeOf(join(ROOT, name))).reduce((sum, each) => sum + each, 0);
  const found = `${names.length} packages, ${Math.round(bytes / 1e6)} MB`;
  assert.ok(names.length < 450 && bytes < 170_000_000, found);
});

/** Bytes on disk of a package, without those inside it. */
function sizeOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (entry.name === 'node_modules') return sum;
    if (entry.isDirectory()) return sum + sizeOf(path);
    return entry.isFile() ? sum + statSync(path).blocks * 512 : sum;
  }, 0);
}

/** It brings the library of holidays along. */
async function assertKnowsHolidays(t: TestContext, program: string): Promise<void> {
  const holidays = '    schedule: {cron: 0 7 * * 1-5, holidays: {country: GB, region: SCT}}\n';
  const project = openProject(t, { config: CONFIG + holidays });
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  const { code, stderr } = await runProgram(program, ['check'], project.folder);
  assert.equal(code, 0, stderr);
}

/** The service has the site's templates and texts, and builds the feeds in a process of its own. */
async function assertServes(t: TestContext, program: string): Promise<void> {
  const project = openProject(t);
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  const service = startService(t, project, {}, [], program);
  const url = await service.url();
  const home = await askUrl(url);
  assert.equal(home.status, 200);
  assert.match(home.body, /<form/);
  await service.waitFor(({ msg }) => msg === 'feeds built');
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
