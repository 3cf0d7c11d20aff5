import { newestFirst, type Post } from '../model/post.ts';
import type { Problem } from '../model/problem.ts';
import type { FeedSettings } from '../model/settings.ts';
import type { Story } from '../model/story.ts';

/** What becomes one item of a feed, before anything of it is rendered. */
export interface FeedEntry {
  /** The identity of the story's first post. */
  readonly id: string;
  readonly story: Story;
  /** Address of the page of the post shown; unlike any other entry's. */
  readonly url: string;
}

export interface EntryList {
  /** Newest first by the date of the first post, then by slug, then by file. */
  readonly entries: readonly FeedEntry[];
  readonly warnings: readonly Problem[];
}

/** One entry a story, or one a post, as `settings.stories` says. `idOf` knows ids by file. */
export function listEntries(
  stories: readonly Story[],
  idOf: ReadonlyMap<string, string>,
  settings: Pick<FeedSettings, 'stories'>,
): EntryList {
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
 * Two posts at one address are a mistake of the site's; readers that tell items apart by their
 * links would show one of them only. The oldest keeps the address, the others get a fragment.
 */
function withDistinctUrls(entries: readonly FeedEntry[]): EntryList {
  const owners = new Map<string, FeedEntry>();
  const warnings: Problem[] = [];
  const distinct = entries.toReversed().map((entry) => {
    const owner = owners.get(entry.url);
    const own = owner === undefined ? entry : { ...entry, url: freeUrl(entry, owners) };
    owners.set(own.url, own);
    if (owner !== undefined) warnings.push(sameAddress(entry, owner));
    return own;
  });
  return { entries: distinct.reverse(), warnings };
}

function freeUrl({ url, story }: FeedEntry, taken: ReadonlyMap<string, FeedEntry>): string {
  const bySlug = `${url}#${encodeURIComponent(story.shown.slug)}`;
  return taken.has(bySlug) ? `${url}#${encodeURIComponent(story.shown.file)}` : bySlug;
}

function sameAddress(entry: FeedEntry, owner: FeedEntry): Problem {
  return {
    file: entry.story.shown.file,
    message: `has the address of ${owner.story.shown.file} (${entry.url}); give one of the two another slug or permalink`,
  };
}
