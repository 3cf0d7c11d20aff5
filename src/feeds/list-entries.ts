import { newestFirst, type Post, type Story } from '../posts/post.ts';
import type { FeedSettings } from '../settings/settings.ts';

/** What becomes one item of a feed, before rendering. */
export interface FeedEntry {
  /** The id of the story's first post. */
  readonly id: string;
  readonly story: Story;
  /** Page address of the shown post. Different from every other entry's. */
  readonly url: string;
}

/**
 * Lists one entry for each story, or for each post, as `settings.stories` says. Newest first by the
 * date of the first post, then by slug, then by file. `idOf` has the ids by file.
 */
export function listEntries(
  stories: readonly Story[],
  idOf: ReadonlyMap<string, string>,
  settings: Pick<FeedSettings, 'stories'>,
): FeedEntry[] {
  const told = settings.stories === 'one' ? [...stories] : stories.flatMap(oneForEachPost);
  const entries = told
    .sort((a, b) => newestFirst(a.first, b.first))
    .map((story) => ({
      id: idOf.get(story.first.file) ?? story.first.url,
      story,
      url: story.shown.url,
    }));
  return withDistinctUrls(entries);
}

function oneForEachPost(story: Story): Story[] {
  return story.posts.map((post: Post) => ({ shown: post, first: post, posts: [post] }));
}

/**
 * Two posts at one address are a mistake in the site; reading the posts has already warned of it.
 * Readers that identify items by their links would show only one. The oldest keeps the address, the
 * others get a fragment.
 */
function withDistinctUrls(entries: readonly FeedEntry[]): FeedEntry[] {
  const taken = new Set<string>();
  const distinct = entries.toReversed().map((entry) => {
    const own = taken.has(entry.url) ? { ...entry, url: freeUrl(entry, taken) } : entry;
    taken.add(own.url);
    return own;
  });
  return distinct.reverse();
}

function freeUrl({ url, story }: FeedEntry, taken: ReadonlySet<string>): string {
  const bySlug = `${url}#${encodeURIComponent(story.shown.slug)}`;
  return taken.has(bySlug) ? `${url}#${encodeURIComponent(story.shown.file)}` : bySlug;
}
