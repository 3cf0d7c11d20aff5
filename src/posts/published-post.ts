/**
 * What is remembered of a post once it is published, whatever happens to its file: one line of
 * the file of published posts. The order of the lines is the order of first publication, and
 * decides in which history document (RFC 5005) an item stands.
 */
export interface PublishedPost {
  /** The identity in every feed, for good: `id` of the front matter, else a `tag:` URI (RFC 4151). */
  readonly id: string;
  /** Where the post is now, relative to the posts folder, in NFC; empty where another post is there. */
  readonly file: string;
  /** ISO 8601 instant of the post's date when it was first published. */
  readonly date: string;
  readonly slug: string;
  /** `Post.contentHash`; of earlier versions that of the file's bytes. */
  readonly contentHash: string;
  /** The hash of `Post.body`; absent where that is, and in lines that were not written since 0.1.0. */
  readonly bodyHash?: string;
}
