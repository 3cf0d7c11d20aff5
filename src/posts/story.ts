import type { Post } from './post.ts';

/** What one or more posts tell; `groupStories` says which ones tell the same. */
export interface Story {
  /** The post to show: the newest complete one. */
  readonly shown: Post;
  /** The first post that told it, whose identity the story keeps. */
  readonly first: Post;
  /** All of them, newest first. */
  readonly posts: readonly Post[];
}
