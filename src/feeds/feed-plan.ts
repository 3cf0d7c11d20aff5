import type { PublishedPost } from '../posts/ids/published-posts.ts';
import type { FeedSettings, SiteSettings } from '../settings/settings.ts';
import type { Feed } from './feed.ts';
import type { FeedEntry } from './list-entries.ts';

export type FeedKind = 'main' | 'category' | 'author' | 'tag' | 'history';

/** The entries of one feed document, before rendering. */
export interface FeedPlan {
  readonly kind: FeedKind;
  /** Folder relative to the output folder, as in `Feed`. */
  readonly path: string;
  /** The name of the category, author or tag. */
  readonly name: string;
  readonly title: string;
  /** Newest first. */
  readonly entries: readonly FeedEntry[];
  readonly history?: NonNullable<Feed['history']>;
}

export interface PlanInput {
  readonly entries: readonly FeedEntry[];
  /** Every post that was ever published. The order decides which history document has an entry. */
  readonly published: readonly PublishedPost[];
  readonly site: SiteSettings;
  readonly settings: FeedSettings;
  /** Whether a history document that is no longer updated still exists and can be linked. */
  readonly hasHistoryDocument: (number: number) => boolean;
}
