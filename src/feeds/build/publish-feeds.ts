import { setImmediate } from 'node:timers/promises';
import type { Log } from '../../kernel/log.ts';
import type { PostSettings } from '../../settings/settings.ts';
import { composeFeed, type FeedContext } from '../compose-feed.ts';
import type { FeedPlan } from '../feed-plan.ts';
import { documentPath } from '../formats.ts';
import { historyFingerprint } from '../history-fingerprint.ts';
import type { FeedEntry } from '../list-entries.ts';
import { HISTORY_MANIFEST, historyManifestText } from '../publish/history-manifest.ts';
import type { Publication } from '../publish/publish.ts';
import type { ItemSource } from './item-source.ts';
import { type PublishedFeeds, putFeed } from './put-feed.ts';

export interface PublishDependencies {
  readonly publication: Publication;
  readonly items: ItemSource;
  /** Fingerprints of the history documents of the last build, by path. */
  readonly fingerprints: ReadonlyMap<string, string>;
  readonly postSettings: PostSettings;
  /** Changes when the file of the entry's picture does. */
  readonly pictureOf: (entry: FeedEntry) => string;
  readonly log: Log;
}

/**
 * Puts the documents of every plan into the publication, one feed at a time. A history document
 * that is made of the same as last time is not even rendered.
 */
export async function publishFeeds(
  plans: readonly FeedPlan[],
  context: FeedContext,
  { publication, items, fingerprints, postSettings, pictureOf, log }: PublishDependencies,
): Promise<PublishedFeeds> {
  const published: PublishedFeeds[] = [];
  const remembered = new Map(fingerprints);
  for (const [at, plan] of plans.entries()) {
    // What the feeds before this one gave to compress goes on meanwhile.
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
    // Posts that something is wrong with are rendered at every build, so that it is said again.
    if (plan.entries.every(items.isClean)) remembered.set(plan.path, fingerprint);
    else remembered.delete(plan.path);
  }
  log.progress('Feeds', plans.length, plans.length);
  if (remembered.size > 0) publication.put(HISTORY_MANIFEST, historyManifestText(remembered));
  return {
    feeds: published.flatMap(({ feeds }) => feeds),
    warnings: published.flatMap(({ warnings }) => warnings),
  };
}

/** What is reported of a feed that stays as it is; undefined where one of its documents is gone. */
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
