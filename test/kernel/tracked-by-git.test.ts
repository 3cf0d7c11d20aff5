import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { trackedByGit } from '../../src/kernel/files/tracked-by-git.ts';
import { inheritedEnvironment } from '../support/program.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const environment = inheritedEnvironment();

function git(folder: string, ...args: readonly string[]): void {
  execFileSync('git', args, { cwd: folder, env: environment, stdio: 'ignore' });
}

test('a file is tracked when Git has it in its index, in a folder of the repository too', (t) => {
  const root = temporaryFolder(t, {
    'site/data/paper.db': 'a',
    'site/data/other.db': 'b',
    'x*.db': '',
  });
  const at = (path: string) => join(root, path);
  const files = [at('site/data/paper.db'), at('site/data/other.db'), at('x*.db'), at('none.db')];
  assert.deepEqual(trackedByGit(files, environment), [], 'no repository');
  git(root, 'init', '--quiet');
  assert.deepEqual(trackedByGit(files, environment), []);
  git(root, 'add', 'site/data/paper.db');
  assert.deepEqual(trackedByGit(files, environment), [at('site/data/paper.db')]);
  git(root, 'rm', '--quiet', '--cached', 'site/data/paper.db');
  assert.deepEqual(trackedByGit(files, environment), []);
});

test('without Git installed, or with a repository that is broken, nothing is tracked', (t) => {
  const root = temporaryFolder(t, {
    'paper.db': '',
    'broken/paper.db': '',
    'broken/.git/HEAD': '?',
  });
  git(root, 'init', '--quiet');
  git(root, 'add', '.');
  const file = join(root, 'paper.db');
  assert.deepEqual(trackedByGit([file], environment), [file]);
  assert.deepEqual(trackedByGit([file], { PATH: '/nowhere' }), []);
  mkdirSync(join(root, 'broken/.git/objects'), { recursive: true });
  assert.doesNotThrow(() => trackedByGit([join(root, 'broken/paper.db')], environment));
});

test('no program that the repository names is run', (t) => {
  const root = temporaryFolder(t, { 'paper.db': '', 'spy.sh': '#!/bin/sh\ntouch "$0.ran"\n' });
  const spy = join(root, 'spy.sh');
  chmodSync(spy, 0o755);
  git(root, 'init', '--quiet');
  git(root, 'add', 'paper.db');
  git(root, 'config', 'core.fsmonitor', spy);
  git(root, 'config', 'alias.ls-files', `!${spy}`);
  git(root, 'config', 'core.pager', spy);
  assert.deepEqual(trackedByGit([join(root, 'paper.db')], environment), [join(root, 'paper.db')]);
  assert.ok(!existsSync(`${spy}.ran`));
});
