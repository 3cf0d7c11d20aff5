import { reasonOf } from '../../kernel/errors.ts';
import type { Problem } from '../../kernel/problem.ts';
import type { CollectedPosts } from '../../posts/collect-posts.ts';
import { composeItem } from '../compose-feed.ts';
import type { FeedItem } from '../feed.ts';
import type { FeedEntry } from '../list-entries.ts';

/** Provides the items of entries, and then reports the problems of their posts. */
export interface ItemSource {
  /** Undefined if the post cannot be rendered. It is then in `leftOut`. */
  itemOf(entry: FeedEntry): FeedItem | undefined;
  /** Whether the post of `entry` was rendered without a warning. */
  isClean(entry: FeedEntry): boolean;
  readonly leftOut: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Renders the post of an entry at the first request, and only once. */
export function createItemSource({ render }: Pick<CollectedPosts, 'render'>): ItemSource {
  const items = new Map<FeedEntry, FeedItem | undefined>();
  const clean = new Set<FeedEntry>();
  const leftOut: Problem[] = [];
  const warnings: Problem[] = [];
  const make = (entry: FeedEntry): FeedItem | undefined => {
    const { shown } = entry.story;
    try {
      const result = render(shown);
      warnings.push(...result.warnings);
      if (result.warnings.length === 0) clean.add(entry);
      return composeItem(entry, result.rendered);
    } catch (error) {
      const message = `cannot be rendered (${reasonOf(error)}); look for what is unusual in its text`;
      leftOut.push({ file: shown.file, message });
      return undefined;
    }
  };
  return {
    leftOut,
    warnings,
    isClean: (entry) => clean.has(entry),
    itemOf(entry) {
      if (!items.has(entry)) items.set(entry, make(entry));
      return items.get(entry);
    },
  };
}
