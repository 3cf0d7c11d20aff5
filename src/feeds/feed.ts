import type { Author } from '../posts/front-matter/fields.ts';
import type { Image } from '../posts/post.ts';
import type { Person } from '../settings/settings.ts';

/**
 * One item of a feed, independent of the format. Texts are plain and clean (XML 1.0 §2.2), URLs
 * absolute.
 */
export interface FeedItem {
  readonly id: string;
  readonly url: string;
  readonly title: string;
  /** Plain text. */
  readonly summary: string;
  /** Sanitised HTML. */
  readonly html: string;
  readonly published: Temporal.Instant;
  readonly updated: Temporal.Instant;
  readonly authors: readonly Author[];
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  readonly language?: string;
  readonly image?: Image;
}

/** A list of posts at one address (a folder URL). Each format is one file in the folder. */
export interface Feed {
  /** Folder relative to the output folder: `''` for the main feed, `categories/world`, `history/3`. */
  readonly path: string;
  readonly title: string;
  readonly description: string;
  /** The page that the feed belongs to. */
  readonly homeUrl: string;
  readonly language: string;
  readonly author: Person;
  readonly copyright?: string;
  readonly image?: Image;
  /** WebSub hub. */
  readonly hub?: string;
  readonly ttlMinutes: number;
  /** Newest first. */
  readonly items: readonly FeedItem[];
  /**
   * Paths of the neighbouring documents (RFC 5005 §4). `isArchive` is true only for history
   * documents.
   */
  readonly history?: {
    readonly isArchive: boolean;
    readonly current?: string;
    readonly previous?: string;
    readonly next?: string;
  };
}
