/**
 * What is saved about a post once it is published: one line of the file of published posts. It
 * stays even if the post's file changes or goes. The lines are in the order of first publication.
 * That order decides which history document (RFC 5005) an item is in.
 */
export interface PublishedPost {
  /**
   * The post's id in every feed, for good: `id` of the front matter, else a `tag:` URI (RFC 4151).
   */
  readonly id: string;
  /**
   * Where the post is now, relative to the posts folder, in NFC. Empty if another post has that
   * file.
   */
  readonly file: string;
  /** ISO 8601 instant of the post's date when it was first published. */
  readonly date: string;
  readonly slug: string;
  /** `Post.contentHash`. Earlier versions wrote the hash of the file's bytes. */
  readonly contentHash: string;
  /** The hash of `Post.body`. Absent if that is absent, and in lines not rewritten since 0.1.0. */
  readonly bodyHash?: string;
}
