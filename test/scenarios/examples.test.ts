import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openProject, postText } from '../support/program.ts';

test('what init writes is neither built nor sent nor served before its names are changed', async (t) => {
  const project = openProject(t);
  rmSync(join(project.folder, 'config'), { recursive: true });
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  assert.equal((await project.run('init')).code, 0);
  const before = project.files();
  const newsletter = 'politics-essential';
  for (const command of [['build'], ['start', '--once'], ['send', newsletter, '--yes']]) {
    const { code, stderr, stdout } = await project.run(...command);
    assert.equal(code, 78, `${command.join(' ')}\n${stderr}`);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /config\/broadsheet\.yaml:\d+:\d+ {2}site\.url is https:\/\/harbour\.example\//,
    );
    assert.match(stderr, /newsletters\[0\]\.name is "The Harbour Morning", the example's/);
    assert.match(stderr, /has 9 values of Broadsheet's example/);
  }
  assert.deepEqual(project.files(), before, 'nothing is written');
  const checked = await project.run('check');
  assert.equal(checked.code, 0, checked.stderr);
  assert.match(checked.stdout, /9 values of the example: build, send and start do not run/);
  assert.equal((await project.run('preview', newsletter)).code, 0);
});
