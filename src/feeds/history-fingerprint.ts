import { createHash } from 'node:crypto';
import { PROGRAM_VERSION } from '../kernel/version.ts';
import type { PostSettings } from '../settings/settings.ts';
import type { FeedContext } from './compose-feed.ts';
import type { FeedEntry } from './list-entries.ts';
import type { FeedPlan } from './plan-feeds.ts';

/**
 * Fingerprint of a history document, as SHA-256 in hex. It changes when anything in the document
 * changes; the document must then be rendered again. `pictureOf` returns any text that changes with
 * the file of an entry's picture.
 */
export function historyFingerprint(
  plan: FeedPlan,
  context: FeedContext,
  postSettings: PostSettings,
  pictureOf: (entry: FeedEntry) => string,
): string {
  const parts = [
    // Another version may write the same posts in another way.
    PROGRAM_VERSION,
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
