import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Post } from '../../src/posts/post.ts';
import { groupStories } from '../../src/posts/stories/group-stories.ts';
import { parsedPost, settings } from './posts.ts';

const words = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => `word${(from + at) * 7919}`).join(' ');

function post(
  slug: string,
  date: string,
  title = slug,
  body = words(slug.length * 1000 + slug.charCodeAt(0) * 97, 40),
): Post {
  return parsedPost(`---\ntitle: ${JSON.stringify(title)}\ndate: ${date}\n---\n${body}`, {
    file: `${slug}.md`,
  }).post;
}

const storiesOf = (posts: readonly Post[], change = {}) =>
  groupStories(posts, { ...settings.sameStory, ...change }).map((story) =>
    story.posts.map(({ slug }) => slug).join('+'),
  );

test('posts of the same second tell one story', () => {
  assert.deepEqual(
    storiesOf([
      post('a', '2025-05-15T19:07:56'),
      post('bb', '2025-05-15T19:07:56'),
      post('c', '2025-05-15T19:07:57'),
    ]),
    ['c', 'a+bb'],
  );
});

test('a day alone, a minute or a round minute is no sign of one story', () => {
  for (const date of ['2025-05-15', '2025-05-15 19:07', '2025-05-15T19:07:00']) {
    assert.equal(storiesOf([post('a', date), post('bb', date)]).length, 2, date);
  }
});

test('a stamp that an import gave to many posts is no sign either', () => {
  const posts = ['a', 'b', 'c', 'd', 'e', 'f'].map((slug) => post(slug, '2025-05-15T19:07:56'));
  assert.equal(storiesOf(posts).length, 6);
  assert.equal(storiesOf(posts.slice(0, 5)).length, 1);
});

test('equal titles tell one story when one of them has a label', () => {
  const story = [
    post('a', '2026-03-19', 'Night ferries saved'),
    post('b', '2026-03-20', 'BREAKING: Night Ferries — saved!'),
    post('c', '2026-03-21', 'Update: New: night ferries saved'),
  ];
  assert.deepEqual(storiesOf(story), ['c+b+a']);
  assert.equal(
    storiesOf([post('a', '2026-03-19', 'Weekly notes'), post('b', '2026-03-20', 'Weekly notes')])
      .length,
    2,
  );
  assert.equal(
    storiesOf([
      post('a', '2026-03-19', 'New bridge opens'),
      post('b', '2026-03-20', 'Bridge opens'),
    ]).length,
    2,
  );
  assert.equal(
    storiesOf([
      post('a', '2026-03-19', '[New] Bridge opens'),
      post('b', '2026-03-20', 'Bridge opens'),
    ]).length,
    1,
  );
});

test('bodies that differ in a few words tell one story', () => {
  const body = words(1, 120);
  const copy = body.replace(/^\S+ /, 'Updated ').replace(/ \S+$/, ' today');
  assert.deepEqual(
    storiesOf([post('a', '2026-03-19', 'One', body), post('b', '2026-03-20', 'Two', copy)]),
    ['b+a'],
  );
  assert.equal(
    storiesOf([
      post('a', '2026-03-19', 'One', body),
      post('b', '2026-03-20', 'Two', words(61, 120)),
    ]).length,
    2,
  );
  assert.equal(
    storiesOf([
      post('a', '2026-03-19', 'One', 'Short text.'),
      post('b', '2026-03-20', 'Two', 'Short text.'),
    ]).length,
    2,
  );
});

test('the threshold of likeness is the one of the config', () => {
  const posts = [
    post('a', '2026-03-19', 'One', words(1, 120)),
    post('b', '2026-03-20', 'Two', words(31, 120)),
  ];
  assert.equal(storiesOf(posts, { likeness: 0.9 }).length, 2);
  assert.equal(storiesOf(posts, { likeness: 0.4 }).length, 1);
});

test('no story lasts longer than it may, not even by going from post to post', () => {
  const body = words(1, 120);
  const daily = [1, 2, 3, 4, 5, 6, 7, 8].map((day) =>
    post(`d${day}`, `2026-03-0${day}`, `Day ${day}`, body),
  );
  for (const { posts } of groupStories(daily, settings.sameStory)) {
    const times = posts.map(({ date }) => date.epochMilliseconds);
    assert.ok(Math.max(...times) - Math.min(...times) <= 72 * 3_600_000);
  }
  assert.equal(
    storiesOf([post('a', '2026-03-01', 'New: X'), post('b', '2026-03-20', 'X')]).length,
    2,
  );
});

test('the newest complete post is shown, and the first keeps the identity', () => {
  const body = words(1, 120);
  const posts = [
    post('first', '2026-03-19T08:00:01', 'New: Ferry', body),
    post('second', '2026-03-19T09:00:01', 'Update: Ferry', body),
    post('cut', '2026-03-19T10:00:01', 'Breaking: Ferry', words(1, 30)),
  ];
  const [story] = groupStories(posts, settings.sameStory);
  assert.equal(story?.shown.slug, 'second');
  assert.equal(story?.first.slug, 'first');
  assert.equal(story?.posts.length, 3);
});

test('every post is in one story, and the order of the posts does not matter', () => {
  const bodies = [words(1, 60), words(20, 60), words(500, 60), 'short'];
  const dates = [
    '2026-03-01T10:11:12',
    '2026-03-01',
    '2026-03-02T10:11:12',
    '2026-03-05',
    '2026-03-09',
  ];
  const titles = ['Ferry', 'New: Ferry', 'Update: Bridge', 'Bridge', 'Other'];
  const some = fc.array(
    fc.tuple(fc.constantFrom(...dates), fc.constantFrom(...titles), fc.constantFrom(...bodies)),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(some, fc.nat(), (given, turn) => {
      const posts = given.map(([date, title, body], at) => post(`p${at}`, date, title, body));
      const turned = posts
        .map((_, at) => posts[(at * 5 + turn) % posts.length])
        .filter((one) => one !== undefined);
      const rotated = posts.length % 5 === 0 ? posts.toReversed() : turned;
      assert.deepEqual(storiesOf(rotated), storiesOf(posts));
      assert.equal(
        groupStories(posts, settings.sameStory).flatMap((story) => story.posts).length,
        posts.length,
      );
    }),
  );
});
