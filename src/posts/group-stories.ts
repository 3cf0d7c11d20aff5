import { newestFirst, type Post } from '../model/post.ts';
import type { SameStorySettings } from '../model/settings.ts';
import type { Story } from '../model/story.ts';

/** The stories that `posts` tell, those with the newest first post first. */
export function groupStories(posts: readonly Post[], _settings: SameStorySettings): Story[] {
  return [...posts].sort(newestFirst).map((post) => ({ shown: post, first: post, posts: [post] }));
}
