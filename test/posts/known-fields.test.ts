import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  FIELD_NAMES,
  frontMatterPage,
  KNOWN_FIELDS,
  type KnownField,
} from '../../src/posts/front-matter/known-fields.ts';
import { parsedPost } from './posts.ts';

const ROOT = join(import.meta.dirname, '../..');

test('docs/front-matter.md is made from the fields that are read', () => {
  const page = readFileSync(join(ROOT, 'docs/front-matter.md'), 'utf8');
  assert.equal(page, frontMatterPage(), 'run `npm run reference`');
});

test('a field is read by its key in the table alone', () => {
  const files = globSync('src/posts/**/*.ts', { cwd: ROOT });
  assert.ok(files.length > 30, `${files.length} files`);
  const reading = files.filter((file) =>
    /\b(fields|frontMatter)(\.(?!ts)[a-z]|\[)/.test(readFileSync(join(ROOT, file), 'utf8')),
  );
  assert.deepEqual(reading, ['src/posts/front-matter/fields.ts']);
});

test('the example of each field is read without a warning', () => {
  for (const [known, { example }] of Object.entries(KNOWN_FIELDS)) {
    const matter = { title: 'title: T', published: 'date: 2026-03-20', [known]: example };
    const text = `---\n${Object.values(matter).join('\n')}\n---\nText.\n`;
    const { post, warnings } = parsedPost(text);
    assert.deepEqual(warnings, [], known);
    const name = FIELD_NAMES[known as KnownField][0];
    assert.ok(example.startsWith(`${name}: `), known);
    assert.ok(post.title !== '', known);
  }
});
