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

const { sameStory } = settings;
assert.ok(sameStory !== 'off');

const storiesOf = (posts: readonly Post[], change = {}) =>
  groupStories(posts, { ...sameStory, ...change }).map((story) =>
    story.posts.map(({ slug }) => slug).join('+'),
  );

const SECOND = '2025-05-15T19:07:56';
const text = words(1, 120);
/** A few words of `text` are others. */
const copy = text.replace(/^\S+ /, 'Updated ').replace(/ \S+$/, ' today');

test('posts of the same second with almost the same body tell one story', () => {
  assert.deepEqual(storiesOf([post('a', SECOND, 'One', text), post('bb', SECOND, 'Two', copy)]), [
    'a+bb',
  ]);
  const short = words(1, 20);
  const changed = short.replace(/^\S+ /, 'Updated ');
  assert.equal(
    storiesOf([post('a', SECOND, 'One', short), post('b', SECOND, 'Two', changed)]).length,
    1,
  );
});

test('a date alone joins nothing, and neither does a body alone', () => {
  assert.equal(storiesOf([post('a', SECOND), post('bb', SECOND)]).length, 2);
  const later = '2025-05-15T19:07:57';
  assert.equal(
    storiesOf([post('a', SECOND, 'One', text), post('b', later, 'Two', text)]).length,
    2,
  );
  for (const date of ['2025-05-15', '2025-05-15 19:07']) {
    const posts = [post('a', date, 'One', text), post('b', date, 'Two', text)];
    assert.equal(storiesOf(posts).length, 2, date);
  }
});

test('a notice below unlike texts of the same second joins nothing', () => {
  const notice = words(500, 60);
  const posts = ['a', 'b'].map((slug, at) =>
    post(slug, SECOND, slug, `${words(at * 1000, 40)} ${notice}`),
  );
  assert.equal(storiesOf(posts).length, 2);
});

const form = (day: string, times: string) =>
  `Tide table for the harbour. All times are local. High water is the time at which the gauge on the north wall reads highest. Boats that draw more than two metres should not cross the bar within an hour of low water. The harbour master answers on channel twelve. High water ${day}: ${times}. Please tell the office of any light that is out.`;

test('a form that is filled in again is news again', () => {
  const days = ['Monday', 'Tuesday', 'Wednesday'];
  for (const titleOf of [(day: string) => `Tides for ${day}`, () => 'Tides']) {
    const daily = days.map((day, at) =>
      post(day, `2026-10-1${at}T06:00:07`, titleOf(day), form(day, `0${at}:11 and 1${at}:31`)),
    );
    assert.equal(storiesOf(daily).length, 3);
    const corrected = post('x', '2026-10-10T09:00:00', `Update: ${titleOf('Monday')}`);
    assert.deepEqual(storiesOf([...daily, corrected]), ['Wednesday', 'Tuesday', 'x+Monday']);
  }
  const places = ['North', 'South'].map((place, at) =>
    post(place, '2026-10-10T06:00:00', `Tides in the ${place}`, form(place, `0${at}:11`)),
  );
  assert.equal(storiesOf(places).length, 2, 'two forms of one full minute');
});

test('a full minute, or a stamp that an import gave to many posts, needs nearly equal bodies', () => {
  const most = words(1, 100);
  const similar = `${most} ${words(900, 15)}`;
  const at = (date: string, slugs: readonly string[]) =>
    slugs.map((slug, index) => post(slug, date, slug, index === 0 ? most : similar));
  assert.equal(storiesOf(at(SECOND, ['a', 'b'])).length, 1);
  assert.equal(storiesOf(at('2025-05-15T19:07:00', ['a', 'b'])).length, 2);
  const imported = ['a', 'b', 'c', 'd', 'e', 'f'];
  assert.deepEqual(storiesOf(at(SECOND, imported)), ['a', 'b+c+d+e+f']);
});

test('equal titles tell one story when a label is taken off one of them', () => {
  const story = [
    post('a', '2026-03-19', 'Night ferries saved'),
    post('b', '2026-03-20', 'BREAKING: Night Ferries — saved!'),
    post('c', '2026-03-21', 'Update: New: night ferries saved'),
  ];
  assert.deepEqual(storiesOf(story), ['c+b+a']);
  assert.deepEqual(storiesOf(story.slice(1)), ['c+b'], 'different labels');
  const titles = (one: string, other: string) =>
    storiesOf([post('a', '2026-03-19', one), post('b', '2026-03-20', other)]).length;
  assert.equal(titles('Weekly notes', 'Weekly notes'), 2);
  assert.equal(titles('Update: Weekly notes', 'Update: Weekly notes'), 2);
  assert.equal(titles('New bridge opens', 'Bridge opens'), 2);
  assert.equal(titles('[New] Bridge opens', 'Bridge opens'), 1);
});

test('two posts with one title do not join through a third that has a label', () => {
  const posts = [
    post('a', '2026-03-18', 'Weekly notes'),
    post('b', '2026-03-19', 'Breaking: Weekly notes'),
    post('c', '2026-03-19T10:00', 'Update: Weekly notes'),
    post('d', '2026-03-20', 'Weekly notes'),
  ];
  assert.deepEqual(storiesOf(posts), ['d', 'c+b+a']);
});

test('posts of different languages do not tell one story', () => {
  const inFrench = (given: Post): Post => ({ ...given, language: 'fr' });
  const posts = [post('a', SECOND, 'Ferry', text), post('b', SECOND, 'New: Ferry', text)];
  assert.equal(storiesOf(posts).length, 1);
  assert.equal(storiesOf(posts.map(inFrench)).length, 1);
  assert.equal(storiesOf([posts[0] as Post, inFrench(posts[1] as Post)]).length, 2);
});

test('a story knows why its posts were joined', () => {
  const joinedBy = (...posts: Post[]) => groupStories(posts, sameStory)[0]?.joinedBy;
  assert.deepEqual(joinedBy(post('a', SECOND)), []);
  assert.deepEqual(joinedBy(post('a', SECOND, 'A'), post('b', '2025-05-15', 'New: A')), ['title']);
  assert.deepEqual(joinedBy(post('a', SECOND, 'A', text), post('b', SECOND, 'B', text)), ['copy']);
});

test('sameStory: off makes each post its own story', () => {
  const posts = [post('a', SECOND, 'A', text), post('b', SECOND, 'New: A', text)];
  const stories = groupStories(posts, 'off');
  assert.deepEqual(
    stories.map(({ shown }) => shown.slug),
    ['a', 'b'],
  );
});

test('the threshold of likeness is the one of the config', () => {
  const posts = [post('a', SECOND, 'One', words(1, 120)), post('b', SECOND, 'Two', words(31, 120))];
  assert.equal(storiesOf(posts, { likeness: 0.9 }).length, 2);
  assert.equal(storiesOf(posts, { likeness: 0.4 }).length, 1);
});

test('no story lasts longer than it may, not even by going from post to post', () => {
  const body = words(1, 120);
  const labels = ['New', 'Update', 'Breaking', 'Latest'];
  const daily = [1, 2, 3, 4, 5, 6, 7, 8].map((day) =>
    post(`d${day}`, `2026-03-0${day}`, `${labels[day % 4]}: Ferry`, body),
  );
  const stories = groupStories(daily, sameStory);
  assert.ok(stories.length < daily.length);
  for (const { posts } of stories) {
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
  const [story] = groupStories(posts, sameStory);
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
        groupStories(posts, sameStory).flatMap((story) => story.posts).length,
        posts.length,
      );
    }),
  );
});
