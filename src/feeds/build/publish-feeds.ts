import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Log } from '../../kernel/log.ts';
import { PROGRAM_VERSION } from '../../kernel/version.ts';
import type { PostSettings } from '../../settings/settings.ts';
import { composeFeed, type FeedContext } from '../compose-feed.ts';
import { documentPath } from '../formats.ts';
import type { FeedEntry } from '../list-entries.ts';
import type { FeedPlan } from '../plan-feeds.ts';
import { HISTORY_MANIFEST, manifestText } from '../publish/manifest.ts';
import type { Publication } from '../publish/publish.ts';
import type { ItemSource } from './item-source.ts';
import { type PublishedFeeds, putFeed } from './put-feed.ts';

export interface PublishDependencies {
  readonly publication: Publication;
  readonly items: ItemSource;
  /** Fingerprints of the last build's history documents, by path. */
  readonly fingerprints: ReadonlyMap<string, string>;
  readonly postSettings: PostSettings;
  /** Changes when the file of the entry's picture does. */
  readonly pictureOf: (entry: FeedEntry) => string;
  readonly log: Log;
}

/**
 * Puts the documents of every plan into the publication, one feed at a time. Does not render a
 * history document if nothing in it has changed.
 */
export async function publishFeeds(
  plans: readonly FeedPlan[],
  context: FeedContext,
  { publication, items, fingerprints, postSettings, pictureOf, log }: PublishDependencies,
): Promise<PublishedFeeds> {
  const published: PublishedFeeds[] = [];
  const remembered = new Map(fingerprints);
  for (const [at, plan] of plans.entries()) {
    // Files of earlier feeds are compressed in the meantime.
    await setImmediate();
    log.progress('Feeds', at, plans.length);
    const fingerprint =
      plan.kind === 'history'
        ? historyFingerprint(plan, context, postSettings, pictureOf)
        : undefined;
    const before = fingerprints.get(plan.path);
    if (before !== undefined && before === fingerprint) {
      const kept = asItIs(plan, context, publication);
      if (kept !== undefined) {
        published.push(kept);
        continue;
      }
    }
    published.push(putFeed(composeFeed(plan, context, items.itemOf), context, publication));
    if (fingerprint === undefined) continue;
    // Posts with problems are rendered at every build, so their warnings are reported each time.
    if (plan.entries.every(items.isClean)) remembered.set(plan.path, fingerprint);
    else remembered.delete(plan.path);
  }
  log.progress('Feeds', plans.length, plans.length);
  if (remembered.size > 0) publication.put(HISTORY_MANIFEST, manifestText(remembered));
  return {
    feeds: published.flatMap(({ feeds }) => feeds),
    warnings: published.flatMap(({ warnings }) => warnings),
  };
}

/** The report of an unchanged feed. Undefined if one of its documents is missing. */
function asItIs(
  { path, entries }: FeedPlan,
  { settings }: FeedContext,
  publication: Publication,
): PublishedFeeds | undefined {
  const feeds = settings.formats.map((format) => ({
    path: documentPath(path, format),
    format,
    items: entries.length,
    changed: false,
  }));
  return feeds.every((feed) => publication.keep(feed.path)) ? { feeds, warnings: [] } : undefined;
}

/**
 * Fingerprint of a history document, as SHA-256 in hex. It changes when anything in the document
 * changes; the document must then be rendered again. `pictureOf` returns any text that changes with
 * the file of an entry's picture.
 */
function historyFingerprint(
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
