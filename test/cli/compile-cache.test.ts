import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runProgram } from '../support/program.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('what Node compiles is kept beside the libraries, else in the cache of the user, else nowhere', async (t) => {
  const folder = temporaryFolder(t);
  const modules = join(folder, 'node_modules');
  const write = (path: string, text: string) => {
    mkdirSync(join(modules, path, '..'), { recursive: true });
    writeFileSync(join(modules, path), text);
  };
  write('broadsheet/package.json', '{"type": "module"}');
  write('broadsheet/dist/cli/main.js', 'export const main = async () => 0;');
  const program = join(modules, 'broadsheet/bin/broadsheet.js');
  mkdirSync(join(program, '..'));
  copyFileSync(join(import.meta.dirname, '../../bin/broadsheet.js'), program);
  const [beside, home] = [join(modules, '.cache'), join(folder, 'home')];
  const run = async (environment: NodeJS.ProcessEnv) => {
    const none = { NODE_COMPILE_CACHE: undefined, XDG_CACHE_HOME: undefined, HOME: undefined };
    const { code, stderr } = await runProgram(program, [], folder, { ...none, ...environment });
    assert.deepEqual([code, stderr], [0, '']);
  };

  await run({ HOME: home });
  assert.ok(existsSync(join(beside, 'broadsheet/compiled')));
  assert.ok(!existsSync(home));

  // Nobody can write there, not even root.
  rmSync(beside, { recursive: true });
  write('.cache', '');
  await run({ HOME: home });
  assert.ok(existsSync(join(home, '.cache/broadsheet/compiled')));
  await run({ HOME: home, XDG_CACHE_HOME: join(folder, 'xdg') });
  assert.ok(existsSync(join(folder, 'xdg/broadsheet/compiled')));
  await run({});
  await run({ HOME: join(beside, 'nobody') });
});
