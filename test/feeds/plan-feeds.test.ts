import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type FeedEntry,
  listEntries,
  type PlanInput,
  planFeeds,
} from '../../src/feeds/plan-feeds.ts';
import type { Post, Story } from '../../src/posts/post.ts';
import { SETTINGS, SITE, samplePost, sampleStory } from './samples.ts';

function idsOf(posts: readonly Post[]): Map<string, string> {
  return new Map(posts.map((post) => [post.file, `tag:harbour.example,2026:${post.slug}`]));
}

function planInput(posts: readonly Post[], own: Partial<PlanInput> = {}): PlanInput {
  const idOf = idsOf(posts);
  const entries = listEntries(posts.map(sampleStory), idOf, SETTINGS);
  const published = posts.map(({ file, slug, contentHash, date }) => {
    return { id: idOf.get(file) ?? '', file, slug, contentHash, date: date.toString() };
  });
  return {
    entries,
    published,
    site: SITE,
    settings: SETTINGS,
    hasHistoryDocument: () => false,
    ...own,
  };
}

const days = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => samplePost(first + at));

function slugs(entries: readonly FeedEntry[] | undefined): string[] {
  return (entries ?? []).map(({ story }) => story.shown.slug);
}

function planned(input: PlanInput) {
  return new Map(planFeeds(input).plans.map((plan) => [plan.path, plan]));
}

test('the main feed has the newest items and leads to the newest history document', () => {
  const plans = planned(planInput(days(1, 7)));
  assert.deepEqual(slugs(plans.get('')?.entries), ['post-7', 'post-6', 'post-5']);
  assert.deepEqual(plans.get('')?.history, { isArchive: false, previous: 'history/3' });
});

test('each language of the posts has a feed of its own, if the config says so', () => {
  const posts = days(1, 3).map((post, at) => ({
    ...post,
    language: [undefined, 'pt-BR', 'ar'][at],
  }));
  const settings = { ...SETTINGS, languages: true };
  const plans = planned(planInput(posts, { settings }));
  const own = [...plans.values()].filter(({ kind }) => kind === 'language');
  assert.deepEqual(
    own.map(({ path, language, name, entries }) => [path, language, name, ...slugs(entries)]),
    [
      ['languages/ar', 'ar', 'العربية', 'post-3'],
      ['languages/pt-br', 'pt-BR', 'português (Brasil)', 'post-2'],
      ['languages/en', 'en', 'English', 'post-1'],
    ],
  );
});

test('there is no history where the live feed has everything', () => {
  const plans = planned(planInput(days(1, 3)));
  assert.deepEqual([...plans.keys()], ['']);
  assert.equal(plans.get('')?.history, undefined);
});

test('history documents hold the posts in the order they were published, and link both ways', () => {
  const plans = planned(planInput(days(1, 7)));
  assert.deepEqual(slugs(plans.get('history/1')?.entries), ['post-3', 'post-2', 'post-1']);
  assert.deepEqual(slugs(plans.get('history/3')?.entries), ['post-7']);
  assert.deepEqual(plans.get('history/2')?.history, {
    isArchive: true,
    current: '',
    previous: 'history/1',
    next: 'history/3',
  });
  assert.equal(plans.get('history/1')?.history?.previous, undefined);
  assert.equal(plans.get('history/3')?.history?.next, undefined);
});

test('a post published late, whatever its date, moves no entry of a full document', () => {
  const before = planned(planInput(days(4, 10)));
  const after = planned(planInput([...days(4, 10), samplePost(1)]));
  for (const path of ['history/1', 'history/2']) {
    assert.deepEqual(slugs(after.get(path)?.entries), slugs(before.get(path)?.entries));
  }
  assert.deepEqual(slugs(after.get('history/3')?.entries), ['post-10', 'post-1']);
});

test('a post that is gone leaves a gap and moves nothing', () => {
  const all = planInput(days(1, 7));
  const entries = all.entries.filter(({ story }) => story.shown.slug !== 'post-2');
  const plans = planned({ ...all, entries });
  assert.deepEqual(slugs(plans.get('history/1')?.entries), ['post-3', 'post-1']);
  assert.deepEqual(slugs(plans.get('history/2')?.entries), ['post-6', 'post-5', 'post-4']);
});

test('only the newest history documents are kept up; older ones are linked where they exist', () => {
  const settings = { ...SETTINGS, historyDocuments: 1 };
  const without = planned(planInput(days(1, 7), { settings }));
  assert.deepEqual([...without.keys()], ['', 'history/3']);
  assert.equal(without.get('history/3')?.history?.previous, undefined);
  const hasHistoryDocument = (number: number) => number === 2;
  const beside = planned(planInput(days(1, 7), { settings, hasHistoryDocument }));
  assert.equal(beside.get('history/3')?.history?.previous, 'history/2');
});

test('no history at all when none is asked for', () => {
  const plans = planned(planInput(days(1, 7), { settings: { ...SETTINGS, historyDocuments: 0 } }));
  assert.deepEqual([...plans.keys()], ['']);
  assert.equal(plans.get('')?.history, undefined);
});

test('each category, author and tag has a feed, as configured', () => {
  const posts = [
    samplePost(1, { categories: ['Food & Drink'], authors: [{ name: 'Ida' }], tags: ['tolls'] }),
    samplePost(2, {
      categories: ['C#', 'Food & Drink'],
      authors: [{ name: 'Ida' }, { name: 'Bo' }],
    }),
  ];
  const plans = planned(planInput(posts));
  assert.deepEqual(
    [...plans.keys()],
    ['', 'categories/food-and-drink', 'categories/c-sharp', 'authors/ida', 'authors/bo'],
  );
  assert.deepEqual(slugs(plans.get('categories/food-and-drink')?.entries), ['post-2', 'post-1']);
  const settings = { ...SETTINGS, categories: false, authors: false, tags: true };
  assert.deepEqual([...planned(planInput(posts, { settings })).keys()], ['', 'tags/tolls']);
});

test('colliding names and other spellings are reported with their file', () => {
  const posts = [
    samplePost(1, { categories: ['News'] }),
    samplePost(2, { categories: ['News!'] }),
    samplePost(3, { categories: ['news'] }),
  ];
  const { warnings, plans } = planFeeds(planInput(posts));
  assert.deepEqual(
    warnings.map(({ file }) => file),
    ['2026-03-03-post-3.md', '2026-03-02-post-2.md'],
  );
  assert.deepEqual(slugs(plans.find(({ path }) => path === 'categories/news')?.entries), [
    'post-3',
    'post-1',
  ]);
});

const told: Story = {
  first: samplePost(1, { slug: 'breaking' }),
  shown: samplePost(2, { slug: 'whole' }),
  posts: [samplePost(2, { slug: 'whole' }), samplePost(1, { slug: 'breaking' })],
};

test('a story is one item with the identity of its first post, or each post is one', () => {
  const one = listEntries([told], idsOf(told.posts), { stories: 'one' });
  assert.deepEqual(
    one.map(({ id, url }) => [id, url]),
    [['tag:harbour.example,2026:breaking', 'https://harbour.example/whole.html']],
  );
  const each = listEntries([told], idsOf(told.posts), { stories: 'all' });
  assert.deepEqual(slugs(each), ['whole', 'breaking']);
});

test('posts at one address have links of their own', () => {
  const url = 'https://harbour.example/same.html';
  const posts = ['a', 'b', 'b'].map((slug, at) =>
    samplePost(at + 1, { slug, url, file: `${at + 1}-${slug}.md` }),
  );
  const entries = listEntries(posts.map(sampleStory), idsOf(posts), SETTINGS);
  assert.deepEqual(
    entries.map((entry) => entry.url),
    [`${url}#3-b.md`, `${url}#b`, url],
  );
});

test('entries are newest first, posts of one instant by slug', () => {
  const { date } = samplePost(5);
  const posts = [samplePost(1), samplePost(5, { slug: 'z' }), samplePost(4, { slug: 'a', date })];
  const entries = listEntries(posts.map(sampleStory), idsOf(posts), SETTINGS);
  assert.deepEqual(slugs(entries), ['a', 'z', 'post-1']);
});
