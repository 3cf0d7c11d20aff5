import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '..');

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

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}
