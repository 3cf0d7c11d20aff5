import type { PublishedPost } from '../posts/published-post.ts';
import type { FeedSettings, SiteSettings } from '../settings/settings.ts';
import type { Feed } from './feed.ts';
import type { FeedEntry } from './list-entries.ts';

export type FeedKind = 'main' | 'category' | 'author' | 'tag' | 'history';

/** Which entries one feed document has, before any is rendered. */
export interface FeedPlan {
  readonly kind: FeedKind;
  /** Folder relative to the output folder, as in `Feed`. */
  readonly path: string;
  /** What it is called among its kind: the category, the author, the tag. */
  readonly name: string;
  readonly title: string;
  /** Newest first. */
  readonly entries: readonly FeedEntry[];
  readonly history?: NonNullable<Feed['history']>;
}

export interface PlanInput {
  readonly entries: readonly FeedEntry[];
  /** Every post ever published; the order decides in which history document an entry stands. */
  readonly published: readonly PublishedPost[];
  readonly site: SiteSettings;
  readonly settings: FeedSettings;
  /** Whether a history document that is not kept up any more is still there to be linked to. */
  readonly hasHistoryDocument: (number: number) => boolean;
}
