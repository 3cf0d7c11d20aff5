import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SITE_GENERATORS, waysOf } from '../../src/posts/generators/site-generators.ts';

test('docs/markdown.md names each feature of Markdown, with the generators that have it', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/markdown.md'), 'utf8');
  const rows = page.split('\n').flatMap((line) => {
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const name = /^`([a-zA-Z]+)`$/.exec(cells[1] ?? '')?.[1];
    return name === undefined || cells.length !== 6 ? [] : [[name, cells[4] ?? ''] as const];
  });
  const known = SITE_GENERATORS.filter(({ id }) => id !== undefined);
  const features = [...known, { markdown: waysOf(undefined).markdown }].flatMap(
    ({ markdown }) => markdown?.features ?? [],
  );
  const expected = [...new Set(features)].map((feature) => {
    const names = known
      .filter(({ markdown }) => markdown?.features.includes(feature))
      .map(({ name }) => name);
    return [feature, names.toSorted().join(', ') || 'none'] as const;
  });
  const sorted = rows.map(
    ([name, cell]) => [name, cell.split(', ').toSorted().join(', ')] as const,
  );
  assert.deepEqual(sorted.toSorted(), expected.toSorted());
});
