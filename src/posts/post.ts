import type { Author, NamedImage } from './front-matter/fields.ts';

/** How exact the author's date is. `day` has no time. */
export type DatePrecision = 'day' | 'minute' | 'second';

/** Facts of a picture's file. Absent if the file is not available. */
export interface ImageFacts {
  /** Media type from the bytes of the file, never from its name. */
  readonly type?: string;
  readonly sizeBytes?: number;
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
  /** The bytes of the file are of no picture that is known. */
  readonly isUnknown?: boolean;
}

/** A picture of a post, at an address that a reader can fetch. */
export interface Image extends ImageFacts {
  /** Absolute URL. */
  readonly url: string;
  readonly alt: string;
  /** It should be among the files of the site, and is not. */
  readonly isMissing?: boolean;
}

/**
 * One article, from one file: everything known without rendering its body. It does not keep the
 * body, so 20,000 posts of 4 KB need little memory. `RenderedPost` has the body.
 */
export interface Post {
  /** Path of the file relative to the posts folder, with `/`. */
  readonly file: string;
  /** `id` of the front matter, unchanged. */
  readonly givenId?: string;
  /** Plain text, one line, without control characters. */
  readonly title: string;
  /** Last part of the address: `slug` of the front matter, else from the file's name. */
  readonly slug: string;
  /** When it appears. */
  readonly date: Temporal.Instant;
  /** When it is no longer published. */
  readonly expiresAt?: Temporal.Instant;
  readonly datePrecision: DatePrecision;
  /** When it was last changed, if the front matter has that. */
  readonly updated?: Temporal.Instant;
  /** Path of the page on the site, starting with `/`, percent-encoded. */
  readonly path: string;
  /** Absolute URL of the page. */
  readonly url: string;
  readonly authors: readonly Author[];
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  /** BCP 47. Absent if it is the site's language. */
  readonly language?: string;
  /** The excerpt of the front matter as plain text. Fixed if it was cut. */
  readonly excerpt?: string;
  /** `image` of the front matter as written, with its alternative text. */
  readonly image?: NamedImage;
  readonly draft: boolean;
  /** It has no page on its site, or is in no list there. */
  readonly hidden: boolean;
  /** `featured: true`: the post should lead the digest. */
  readonly featured: boolean;
  /** Number of words in the body. Separates a whole article from a shortened one. */
  readonly words: number;
  /**
   * Used to find posts of the same story: a character for each of 128 bins, made of the smallest hash of
   * the body's shingles in it. Empty if the body is too short.
   */
  readonly sketch: string;
  /** SHA-256 of the text in UTF-8 with LF line ends, hex. Shows changes, finds renamed files. */
  readonly contentHash: string;
  /** SHA-256 of the file's bytes, hex. Absent if they are that text: no CRLF, UTF-16 or BOM. */
  readonly bytesHash?: string;
  /** Absent if the body is too short to identify the post. */
  readonly body?: BodyMark;
  /** SHA-256, base64url. Changes if a digest would differ, or if the body changed. */
  readonly fingerprint: string;
}

/** Identifies the body of a post. */
export interface BodyMark {
  /** SHA-256, hex. */
  readonly hash: string;
  /** Length of the body in characters. */
  readonly length: number;
}

/** A post with its rendered body, and its excerpt as readers see it. */
export interface RenderedPost {
  readonly post: Post;
  /** Sanitised HTML with absolute addresses. */
  readonly html: string;
  /** Plain text. Empty only if title and body are empty. */
  readonly excerpt: string;
  readonly image?: Image;
}

/** What one or more posts tell. `groupStories` decides which posts tell the same story. */
export interface Story {
  /** The post to show: the newest complete one. */
  readonly shown: Post;
  /** The first post of the story. The story keeps its id. */
  readonly first: Post;
  /** All posts of the story, newest first. */
  readonly posts: readonly Post[];
  /** Why these posts tell one story. Empty or absent if it is one post. */
  readonly joinedBy?: readonly JoinReason[];
}

/**
 * Why posts tell one story: equal titles (`title`), or the same date to the second and almost the same
 * body (`copy`).
 */
export type JoinReason = 'copy' | 'title';

/** Newest first. Posts of the same instant are in the order of their slugs, then of their files. */
export function newestFirst(a: Post, b: Post): number {
  return (
    b.date.epochMilliseconds - a.date.epochMilliseconds ||
    compareText(a.slug, b.slug) ||
    compareText(a.file, b.file)
  );
}

/** Compares by code unit: the same on every machine, for any locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
