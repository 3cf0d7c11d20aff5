import { type PublishedFeeds, putFeed } from '../../feeds/build/put-feed.ts';
import type { FeedContext } from '../../feeds/compose-feed.ts';
import { storiesOfEdition } from '../queries/archived-editions.ts';
import type { ArchiveDependencies } from './archive-dependencies.ts';
import { composeArchiveFeed, type FeedEdition } from './archive-feed.ts';
import type { ArchiveFiles } from './archive-files.ts';
import type { NewsletterArchive } from './list-archives.ts';

/** Puts the feed of a newsletter's newest editions, in every format. */
export async function putArchiveFeed(
  { store }: ArchiveDependencies,
  { newsletter, editions }: NewsletterArchive,
  context: FeedContext,
  files: ArchiveFiles,
): Promise<PublishedFeeds> {
  const newest: FeedEdition[] = [];
  for (const edition of editions.slice(0, context.settings.items)) {
    newest.push({ ...edition, stories: await storiesOfEdition(store.db, edition.id) });
  }
  return putFeed(composeArchiveFeed(newsletter, newest, context), context, files);
}
