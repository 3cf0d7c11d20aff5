import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '..');

/** `suite`, or `suite`: how a name of it begins ..., how another begins ... */
const REFERENCE = /`([\w-]+(?:\/[\w-]+)+)`(?:: ([^|;`]+))?/g;

test('every line of docs/failures.md names a test that there is', () => {
  const rows = read('docs/failures.md')
    .split('\n')
    .filter((line) => /^\| (?!when \||---)/.test(line));
  assert.ok(rows.length > 80, `${rows.length} lines are found`);
  const wrong = rows.flatMap((row) => {
    const shownBy = row.split(' | ').at(-1) ?? '';
    const references = [...shownBy.matchAll(REFERENCE)];
    if (references.length === 0) return [`${row}: names no test`];
    return references.flatMap(([, suite = '', names = '']) => missing(suite, names));
  });
  assert.deepEqual(wrong, []);
});

test('every file of src that the docs name is there', () => {
  const files = globSync('**/*.ts', { cwd: join(ROOT, 'src') });
  const pages = globSync('*.md', { cwd: join(ROOT, 'docs') });
  const named = pages.flatMap((page) =>
    [...read(`docs/${page}`).matchAll(/`(?:src\/)?((?:[\w-]+\/)+[\w-]+\.ts)`/g)].map(
      ([, file = '']) => ({ page, file }),
    ),
  );
  assert.ok(named.length > 20, `${named.length} files are named`);
  const exists = (file: string) => files.includes(file) || /^(test|bench|scripts)\//.test(file);
  assert.deepEqual(
    named.filter(({ file }) => !exists(file)),
    [],
  );
});

/** What the suite has not: itself, or tests whose names begin so. */
function missing(suite: string, names: string): string[] {
  const [file] = globSync(`test/${suite}.test.ts`, { cwd: ROOT });
  if (file === undefined) return [`${suite}: there is no such file of tests`];
  const tests = [...read(file).matchAll(/\btest\w*\(\s*(['"`])(.*?)\1,/gs)];
  const titles = tests.map(([, , title = '']) => title.replace(/\\'/g, "'"));
  return names
    .split(/(?<=\.\.\.), /)
    .map((name) => name.trim().replace(/,$/, ''))
    .filter((name) => name !== '' && !titles.some((title) => isTitle(title, name)))
    .map((name) => `${suite}: ${name}`);
}

/** `...` stands for any words: `an edition that is ... in the middle ...`. */
function isTitle(title: string, name: string): boolean {
  const parts = name.split(/\s*\.\.\.\s*/).map(RegExp.escape);
  return new RegExp(`^${parts.join('.*')}`).test(title);
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}
