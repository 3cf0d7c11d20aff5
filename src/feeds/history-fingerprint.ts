import { createHash } from 'node:crypto';
import type { PostSettings } from '../settings/settings.ts';
import type { FeedContext } from './compose-feed.ts';
import type { FeedPlan } from './feed-plan.ts';
import type { FeedEntry } from './list-entries.ts';

/** Raised when what is written into a document changes though posts and settings do not. */
const REVISION = 2;

/**
 * Tells whether a history document has to be rendered again: it changes when anything that stands
 * in the document does. `pictureOf` tells what the file of an entry's picture is like, in any words
 * that change when it does. SHA-256, hex.
 */
export function historyFingerprint(
  plan: FeedPlan,
  context: FeedContext,
  postSettings: PostSettings,
  pictureOf: (entry: FeedEntry) => string,
): string {
  const parts = [
    REVISION,
    plan.path,
    plan.title,
    plan.history,
    context,
    postSettings,
    plan.entries.map((entry) => [
      entry.id,
      entry.url,
      entry.story.shown.file,
      entry.story.posts.map((post) => [post.date, post.updated, post.contentHash]),
      pictureOf(entry),
    ]),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
