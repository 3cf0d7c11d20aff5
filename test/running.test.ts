import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { createProgram } from '../src/cli/program.ts';
import { processTerminal } from '../src/cli/terminal.ts';
import { METRICS } from '../src/kernel/metrics.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const PAGE = read('docs/running.md');

test('docs/running.md names every metric with its labels, and no other', () => {
  const rows = [...PAGE.matchAll(/^\| `(broadsheet_\w+)` \| ([^|]*?) ?\| /gm)].map(
    ([, name = '', labels = '']) => [name, labels.split(', ').filter((label) => label !== '')],
  );
  const known = Object.entries(METRICS).map(([name, { labels }]) => [name, [...labels]]);
  assert.deepEqual(rows, known);
  const inAlerts = [...PAGE.matchAll(/\bbroadsheet_\w+/g)].map(([name]) => name);
  assert.deepEqual(
    inAlerts.filter((name) => !(name in METRICS)),
    [],
  );
});

test('the commands of the examples and of docs/running.md are there, with the options that they use', () => {
  const program = createProgram(processTerminal, () => {});
  const files = globSync('deploy/**/*', { cwd: ROOT, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  const calls = [...files, PAGE].flatMap((text) => [
    ...text.matchAll(/\bbroadsheet(?:\.js)? ([a-z]+)((?: (?:--?)?[\w:.-]+)*)/g),
  ]);
  const wrong = calls.flatMap(([call, name = '', rest = '']) => {
    const command = program.commands.find((each) => each.name() === name);
    if (command === undefined) return /^(is|runs|has|holds)$/.test(name) ? [] : [call];
    const options = [...program.options, ...command.options].map(({ long }) => long);
    return rest.split(' ').filter((word) => word.startsWith('--') && !options.includes(word));
  });
  assert.deepEqual(wrong, []);
  assert.ok(calls.length > 10, `${calls.length} calls`);
});

test('the pipe for returned mail asks the mail server to keep the mail if Broadsheet is not there', () => {
  const { status } = spawnSync('sh', [join(ROOT, 'deploy/broadsheet-inbound')], { input: '' });
  assert.equal(status, 75);
});

test('the examples of GitHub Actions are YAML, and their jobs have steps', () => {
  for (const file of ['deploy/github/feeds.yml', 'deploy/github/digest.yml']) {
    const { on, jobs } = parse(read(file)) as {
      on: Record<string, unknown>;
      jobs: Record<string, { steps: readonly Record<string, unknown>[] }>;
    };
    assert.ok('schedule' in on);
    for (const { steps } of Object.values(jobs)) {
      assert.ok(steps.length > 3);
      for (const step of steps) assert.ok('run' in step !== 'uses' in step);
    }
  }
});
