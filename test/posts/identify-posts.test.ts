import assert from 'node:assert/strict';
import test from 'node:test';
import { identifyPosts } from '../../src/posts/ids/identify-posts.ts';
import type { Post } from '../../src/posts/post.ts';
import { postWith } from './posts.ts';

let count = 0;
function post(file: string, lines = 'title: x', change: Partial<Post> = {}): Post {
  return { ...postWith(lines, { file }), contentHash: `hash ${count++}`, ...change };
}

const first = (posts: readonly Post[]) => identifyPosts(posts, [], 'Quay.example').published;

test('new posts get tag URIs, oldest first', () => {
  const posts = [post('2026-03-20-b c.md'), post('2025-01-01-a.md'), post('2026-03-20-öl.md')];
  const { published, idOf, changed } = identifyPosts(posts, [], 'Quay.example');
  assert.deepEqual(
    published.map(({ id }) => id),
    ['tag:quay.example,2025:a', 'tag:quay.example,2026:%C3%B6l', 'tag:quay.example,2026:b-c'],
  );
  assert.equal(idOf.get('2025-01-01-a.md'), 'tag:quay.example,2025:a');
  assert.equal(changed, true);
});

test('posts of one slug in one year get different ids', () => {
  const ids = first([
    post('2026-01-01-a.md'),
    post('2026-02-01-a.md'),
    post('x/2026-02-01-a.md'),
  ]).map(({ id }) => id);
  assert.deepEqual(
    ids,
    [
      'tag:quay.example,2026:a',
      'tag:quay.example,2026:a:2026-02-01',
      'tag:quay.example,2026:a:2026-02-01:2',
    ].sort((a, b) => ids.indexOf(a) - ids.indexOf(b)),
  );
  assert.equal(new Set(ids).size, 3);
});

test('the id of the front matter is taken as it is, once', () => {
  const posts = [post('2026-01-01-a.md', 'id: urn:x:1'), post('2026-01-02-b.md', 'id: urn:x:1')];
  const { published, warnings } = identifyPosts(posts, [], 'quay.example');
  assert.deepEqual(
    published.map(({ id }) => id),
    ['urn:x:1', 'tag:quay.example,2026:b'],
  );
  assert.equal(warnings[0]?.file, '2026-01-02-b.md');
});

test('an id survives a new title, slug, text, date and domain', () => {
  const before = first([post('2026-01-01-a.md')]);
  const after = identifyPosts(
    [post('2026-01-01-a.md', 'title: new\nslug: other\ndate: 2026-01-05')],
    before,
    'new.example',
  );
  assert.equal(after.idOf.get('2026-01-01-a.md'), 'tag:quay.example,2026:a');
  assert.equal(after.published[0]?.date, before[0]?.date);
  assert.equal(after.published[0]?.slug, 'other');
  assert.equal(after.changed, true);
});

test('an id stays when it is taken out of the front matter, or put in too late', () => {
  const given = first([post('a.md', 'date: 2026-01-01\nid: urn:x')]);
  assert.equal(
    identifyPosts([post('a.md', 'date: 2026-01-01')], given, 'q').idOf.get('a.md'),
    'urn:x',
  );
  const minted = first([post('a.md', 'date: 2026-01-01')]);
  const { idOf, warnings } = identifyPosts(
    [post('a.md', 'date: 2026-01-01\nid: urn:late')],
    minted,
    'q',
  );
  assert.equal(idOf.get('a.md'), 'tag:quay.example,2026:a');
  assert.match(warnings[0]?.message ?? '', /too late/);
});

test('a post that moved to another file keeps its id: same text, same second, or same slug and day', () => {
  const text = post('a.md', 'date: 2026-01-01', { contentHash: 'same' });
  assert.equal(
    identifyPosts([{ ...text, file: 'b.md', slug: 'b' }], first([text]), 'q').idOf.get('b.md'),
    'tag:quay.example,2026:a',
  );
  const second = post('a.md', 'date: 2026-01-01T10:11:12');
  assert.equal(
    identifyPosts([post('b.md', 'date: 2026-01-01T10:11:12')], first([second]), 'q').idOf.get(
      'b.md',
    ),
    'tag:quay.example,2026:a',
  );
  const slug = post('2026-01-01-a.md');
  assert.equal(
    identifyPosts([post('posts/2026-01-01-a.md')], first([slug]), 'q').idOf.get(
      'posts/2026-01-01-a.md',
    ),
    'tag:quay.example,2026:a',
  );
});

test('posts that change places keep their ids, in a ring as in a row', () => {
  const [a, b] = [post('2026-01-01-a.md'), post('2026-01-02-b.md')];
  const swapped = identifyPosts(
    [
      { ...a, file: b.file },
      { ...b, file: a.file },
    ],
    first([a, b]),
    'q',
  );
  assert.equal(swapped.idOf.get(b.file), 'tag:quay.example,2026:a');
  assert.equal(swapped.idOf.get(a.file), 'tag:quay.example,2026:b');
  const row = [
    { ...a, file: b.file },
    { ...b, file: '2026-01-03-c.md' },
  ];
  const moved = identifyPosts(row, first([a, b]), 'q');
  assert.equal(moved.idOf.get(b.file), 'tag:quay.example,2026:a');
  assert.equal(moved.idOf.get('2026-01-03-c.md'), 'tag:quay.example,2026:b');
});

test('a post that takes the place of one that is gone is known there, also after it is edited', () => {
  const [a, b] = [post('2026-01-01-a.md'), post('2026-01-02-b.md')];
  const there = { ...a, file: b.file };
  const { published } = identifyPosts([there], first([a, b]), 'q');
  const edited = { ...there, contentHash: 'edited' };
  assert.equal(identifyPosts([edited], published, 'q').idOf.get(b.file), 'tag:quay.example,2026:a');
  const back = identifyPosts([there, { ...b, file: 'c.md' }], published, 'q');
  assert.equal(back.idOf.get('c.md'), 'tag:quay.example,2026:b');
});

test('a copy of a post is a new post, and the original stays the one it is', () => {
  const a = post('2026-01-01-a.md');
  const { idOf } = identifyPosts([a, { ...a, file: 'copy.md' }], first([a]), 'q');
  assert.equal(idOf.get(a.file), 'tag:quay.example,2026:a');
  assert.notEqual(idOf.get('copy.md'), idOf.get(a.file));
});

test('a day alone does not make a new post the one that is gone', () => {
  const gone = first([post('2026-01-01-a.md')]);
  const { published } = identifyPosts([post('2026-01-01-b.md')], gone, 'quay.example');
  assert.deepEqual(
    published.map(({ id }) => id),
    ['tag:quay.example,2026:a', 'tag:quay.example,2026:b'],
  );
});

test('what could be either of two that are gone is neither', () => {
  const [a, b] = [
    post('a.md', 'date: 2026-01-01', { contentHash: 'same' }),
    post('b.md', 'date: 2026-01-01', { contentHash: 'same' }),
  ];
  const { published } = identifyPosts([{ ...a, file: 'c.md', slug: 'c' }], first([a, b]), 'q');
  assert.equal(published.length, 3);
});

test('lines of posts that are gone stay, and no line moves', () => {
  const before = first([post('2026-01-01-a.md'), post('2026-02-01-b.md')]);
  const late = identifyPosts([post('2025-01-01-late.md')], before, 'quay.example');
  assert.deepEqual(late.published.slice(0, 2), before);
  assert.equal(late.published[2]?.file, '2025-01-01-late.md');
  assert.deepEqual([...late.idOf.keys()], ['2025-01-01-late.md']);
});

test('when nothing changed, nothing is to be written', () => {
  const posts = [post('2026-01-01-a.md'), post('2026-02-01-b.md')];
  const again = identifyPosts(posts.toReversed(), first(posts), 'quay.example');
  assert.equal(again.changed, false);
});
