import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const FILES = globSync('**/*.ts', { cwd: import.meta.dirname }).toSorted();

test('no test leaves what it starts to the hooks of node:test, which end the first thing first', () => {
  assert.deepEqual(linesWith(/\b\w+\.after\(/, ['support/clean-up-after.ts']), []);
});

test('no test waits for a time to pass, or measures one', () => {
  assert.deepEqual(
    linesWith(/\bsetTimeout\b|\bperformance\.now\(|\btimeout: \d/, [
      'support/wait-for.ts',
      // Replies that take a while, and kills at random moments: nothing waits for them.
      'support/counting-relay.ts',
      'support/crash-trials.ts',
    ]),
    [],
  );
});

/** `file: line` of each line that matches, but in the files that may. */
function linesWith(pattern: RegExp, allowed: readonly string[]): string[] {
  return FILES.filter((file) => ![...allowed, 'house-of-tests.test.ts'].includes(file)).flatMap(
    (file) =>
      readFileSync(join(import.meta.dirname, file), 'utf8')
        .split('\n')
        .filter((line) => pattern.test(line))
        .map((line) => `${file}: ${line.trim()}`),
  );
}
