/** How exactly the author gave the date: a day alone says nothing of the time. */
export type DatePrecision = 'day' | 'minute' | 'second';

/** A picture that a post names, as a reader can fetch it. */
export interface Image {
  /** Absolute URL. */
  readonly url: string;
  readonly alt: string;
  /** Media type by the bytes of the file; absent where the file is not at hand. */
  readonly type?: string;
  readonly sizeBytes?: number;
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
}

/**
 * One article, from one file: all that is known of it without rendering its body. The body is
 * not kept (20,000 posts of 4 KB fit in little memory this way); `RenderedPost` has it.
 */
export interface Post {
  /** Path of the file relative to the posts folder, with `/`. */
  readonly file: string;
  /** `id` of the front matter, verbatim. */
  readonly givenId?: string;
  /** Plain text, one line, without control characters. */
  readonly title: string;
  /** Last part of the address: `slug` of the front matter, else from the file's name. */
  readonly slug: string;
  /** When it was published. */
  readonly date: Temporal.Instant;
  readonly datePrecision: DatePrecision;
  /** When it was last changed, where the front matter says so. */
  readonly updated?: Temporal.Instant;
  /** Path of the page on the site, starting with `/`, percent-encoded. */
  readonly path: string;
  /** Absolute URL of the page. */
  readonly url: string;
  readonly authors: readonly string[];
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  /** BCP 47, where it is not the site's. */
  readonly language?: string;
  /** `excerpt`, `description` or `summary` of the front matter, plain text, mended. */
  readonly excerpt?: string;
  /** `image` of the front matter as written, with its alternative text. */
  readonly image?: { readonly source: string; readonly alt: string };
  readonly draft: boolean;
  /** `featured: true`: asks to lead the digest. */
  readonly featured: boolean;
  /** Words of the body: tells a whole article from one that was cut. */
  readonly words: number;
  /**
   * What the body is about, for finding the same story: the smallest hash of its shingles in each
   * of 128 bins. Empty where the body is too short to say.
   */
  readonly sketch: Uint32Array;
  /**
   * SHA-256 of the file's text in UTF-8, line ends as LF, hex: tells whether anything changed, and
   * follows a renamed file.
   */
  readonly contentHash: string;
  /** SHA-256 of the file's bytes, hex, where they are not just that text (CRLF, UTF-16, a BOM). */
  readonly bytesHash?: string;
  /** Absent where the body is too short to tell the post by. */
  readonly body?: BodyMark;
  /** Another where a digest would show it differently, or its body was changed (`fingerprintOf`). */
  readonly fingerprint: string;
}

/** What tells the body of a post from any other. */
export interface BodyMark {
  /** SHA-256, hex. */
  readonly hash: string;
  /** Characters of the body. */
  readonly length: number;
}

/** A post with its body rendered, and its excerpt as readers will see it. */
export interface RenderedPost {
  readonly post: Post;
  /** Sanitised HTML, every address in it absolute. */
  readonly html: string;
  /** Plain text. Never empty unless title and body are. */
  readonly excerpt: string;
  readonly image?: Image;
}

/** Newest first; posts of one instant by slug, then by file, so that two runs never differ. */
export function newestFirst(a: Post, b: Post): number {
  return (
    b.date.epochMilliseconds - a.date.epochMilliseconds ||
    compareText(a.slug, b.slug) ||
    compareText(a.file, b.file)
  );
}

/** Orders by code unit: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
