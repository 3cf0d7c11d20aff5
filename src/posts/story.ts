import type { Post } from './post.ts';

/** What one or more posts tell. `groupStories` decides which posts tell the same story. */
export interface Story {
  /** The post to show: the newest complete one. */
  readonly shown: Post;
  /** The first post of the story. The story keeps its id. */
  readonly first: Post;
  /** All posts of the story, newest first. */
  readonly posts: readonly Post[];
}
