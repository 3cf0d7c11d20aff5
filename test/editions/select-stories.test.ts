import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Selection, selectStories } from '../../src/editions/digest/select-stories.ts';
import type { Story } from '../../src/posts/post.ts';
import type { NewsletterSettings } from '../../src/settings/settings.ts';
import { DEFAULTS } from '../support/default-settings.ts';
import { newsletter, post, story } from './samples.ts';

const now = Temporal.Instant.from('2026-03-20T07:00:00Z');

function select(
  stories: readonly Story[],
  settings: Partial<NewsletterSettings> = {},
  usedSlugs: readonly string[] = [],
): Selection | undefined {
  return selectStories({
    stories,
    idOf: new Map(stories.flatMap(({ posts }) => posts.map(({ file, slug }) => [file, slug]))),
    usedIds: new Set(usedSlugs),
    newsletter: newsletter(settings),
    posts: DEFAULTS.posts,
    site: DEFAULTS.site,
    now,
  });
}

function told(slug: string, date: string, more: object = {}): Story {
  return story(post({ slug, date, ...more }));
}

function slugs(stories: readonly Story[] | undefined): string[] | undefined {
  return stories?.map(({ shown }) => shown.slug);
}

test('the newest story leads, the next ones follow, the rest are headlines, and then dropped', () => {
  const stories = ['01', '02', '03', '04', '05'].map((hour) =>
    told(`at-${hour}`, `2026-03-20T${hour}:00:00Z`),
  );
  const selection = select(stories, { stories: 2, headlines: 2 });
  assert.equal(selection?.lead.shown.slug, 'at-05');
  assert.deepEqual(slugs(selection?.stories), ['at-04']);
  assert.deepEqual(slugs(selection?.headlines), ['at-03', 'at-02']);
  assert.deepEqual(slugs(selection?.dropped), ['at-01']);
});

test('the newest featured story leads, however old the others are', () => {
  const selection = select([
    told('new', '2026-03-20T06:00:00Z'),
    told('featured', '2026-03-19T06:00:00Z', { featured: true }),
    told('featured-before', '2026-03-18T06:00:00Z', { featured: true }),
  ]);
  assert.equal(selection?.lead.shown.slug, 'featured');
  assert.deepEqual(slugs(selection?.stories), ['new', 'featured-before']);
});

test('titles are without labels, unless the newsletter keeps them', () => {
  const stories = [told('a', '2026-03-20T06:00:00Z', { title: 'Big News: New: Ferry saved' })];
  const titleOf = (selection?: Selection) => selection?.lead.shown.title;
  assert.equal(titleOf(select(stories)), 'Ferry saved');
  assert.equal(titleOf(select(stories, { labels: 'keep' })), 'Big News: New: Ferry saved');
});

test('a newsletter takes only the posts in its languages; a language takes its regions', () => {
  const stories = [
    told('french', '2026-03-20T06:00:00Z', { language: 'fr' }),
    told('canadian', '2026-03-20T05:00:00Z', { language: 'fr-CA' }),
    told('friulian', '2026-03-20T04:00:00Z', { language: 'fur' }),
    told('own', '2026-03-20T03:00:00Z'),
  ];
  const taken = (languages: readonly string[]) => {
    const selection = select(stories, { languages });
    return selection && slugs([selection.lead, ...selection.stories]);
  };
  assert.deepEqual(taken([]), ['french', 'canadian', 'friulian', 'own']);
  assert.deepEqual(taken(['fr']), ['french', 'canadian']);
  assert.deepEqual(taken(['fr-CA', 'en']), ['canadian', 'own']);
  assert.equal(taken(['de']), undefined);
});

test('a story is in no second edition, even when a later post tells it again', () => {
  const again = story(
    post({ slug: 'update', date: '2026-03-20T06:00:00Z' }),
    post({ slug: 'breaking', date: '2026-03-19T06:00:00Z' }),
  );
  assert.equal(select([again], {}, ['breaking']), undefined);
});

test('a post that came late is in the next edition, within the limit of days', () => {
  const stories = [
    told('yesterday', '2026-03-19T06:00:00Z'),
    told('late', '2026-03-13T07:00:00Z'),
    told('too-late', '2026-03-13T06:59:59Z'),
  ];
  const selection = select(stories, { lookbackDays: 7 }, ['yesterday']);
  assert.equal(selection?.lead.shown.slug, 'late');
  assert.deepEqual(slugs(selection?.stories), []);
});

test('nothing from the future is in an edition', () => {
  assert.equal(select([told('tomorrow', '2026-03-20T07:00:01Z')]), undefined);
});

test('only stories of the newsletter’s categories are taken, whatever their case', () => {
  const stories = [
    told('world', '2026-03-20T06:00:00Z', { categories: ['World'] }),
    told('none', '2026-03-20T06:00:00Z'),
    story(
      post({ slug: 'shown', date: '2026-03-20T05:00:00Z', categories: ['News'] }),
      post({ slug: 'folded', date: '2026-03-20T04:00:00Z', categories: ['world'] }),
    ),
  ];
  const selection = select(stories, { categories: ['WORLD'] });
  assert.equal(selection?.lead.shown.slug, 'world');
  assert.deepEqual(slugs(selection?.stories), ['shown']);
});

test('too few stories make no edition', () => {
  const stories = [told('one', '2026-03-20T06:00:00Z'), told('two', '2026-03-20T05:00:00Z')];
  assert.equal(select([]), undefined);
  assert.equal(select(stories, { minimumStories: 3 }), undefined);
  assert.notEqual(select(stories, { minimumStories: 2 }), undefined);
});

test('whatever order the stories come in, the edition is the same and has each story once', () => {
  const stories = Array.from({ length: 12 }, (_, i) =>
    told(`s${i}`, `2026-03-${15 + (i % 5)}T06:00:00Z`, { featured: i % 7 === 3 }),
  );
  const settings = { stories: 3, headlines: 4 };
  const expected = select(stories, settings);
  const order = fc.shuffledSubarray(stories, { minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(order, (shuffled) => {
      const selection = select(shuffled, settings);
      assert.ok(selection);
      assert.deepEqual(selection, expected);
      const { lead, stories: next, headlines, dropped } = selection;
      assert.equal(new Set([lead, ...next, ...headlines, ...dropped]).size, 12);
    }),
  );
});
