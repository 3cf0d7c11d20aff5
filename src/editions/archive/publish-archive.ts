import { dirname, join } from 'node:path';
import type { PublishedFeeds } from '../../feeds/build/put-feed.ts';
import { siteImage } from '../../feeds/build/site-image.ts';
import { FEED_CSS, FEED_CSS_FILE } from '../../feeds/feed-css.ts';
import { INDEX_FILE, INDEX_MARK } from '../../feeds/index-page.ts';
import { ARCHIVE_MANIFEST, manifestText, readManifest } from '../../feeds/publish/manifest.ts';
import { Publication } from '../../feeds/publish/publish.ts';
import type { ArchiveDependencies } from './archive-dependencies.ts';
import { openArchiveFiles } from './archive-files.ts';
import type { ArchiveReport } from './archive-report.ts';
import { findStrays, removeEmptyFolder } from './find-strays.ts';
import { listArchives } from './list-archives.ts';
import { putArchiveFeed } from './put-archive-feed.ts';
import { putArchiveLists } from './put-archive-lists.ts';
import { putEditionPages } from './put-edition-pages.ts';

/**
 * Updates the archive in the output folder: a page for every sent edition, lists of them, and
 * feeds. Writes only what changed, and removes what should no longer exist. Do not call it again
 * before the last call has ended. Throws a `BroadsheetError` (`EXIT.disk`) if the folder cannot be
 * written.
 */
export async function publishArchive(deps: ArchiveDependencies): Promise<ArchiveReport> {
  const { site, feeds: settings, folders } = deps.config;
  // Reads the folder before the editions: a page that another sender puts there in the meantime
  // must not count as stray.
  const before = readManifest(folders.output, ARCHIVE_MANIFEST);
  const strays = findStrays(folders.output, INDEX_MARK, before);
  const archives = await listArchives(deps);
  const publication = new Publication(folders.output);
  try {
    const files = openArchiveFiles(publication, before);
    const image = siteImage(site, folders.siteRoot);
    const context = { site, settings, ...(image === undefined ? {} : { siteImage: image }) };
    const published: PublishedFeeds[] = [];
    for (const archive of archives) {
      await putEditionPages(deps, archive, files);
      published.push(await putArchiveFeed(deps, archive, context, files));
    }
    const warnings = putArchiveLists(deps, archives, files, publication);
    const removed = files.removeOthers(strays);
    if (archives.length > 0) publication.put(FEED_CSS_FILE, FEED_CSS);
    if (before.size + files.written.size > 0) {
      publication.put(ARCHIVE_MANIFEST, manifestText(files.written));
    }
    await publication.commit();
    for (const path of new Set(removed.map(dirname))) removeEmptyFolder(folders.output, path);
    return {
      folder: join(folders.output, 'archive'),
      editions: archives.reduce((sum, { editions }) => sum + editions.length, 0),
      changed: files.changed,
      removed: removed.filter((path) => path.endsWith(`/${INDEX_FILE}`)).length,
      feeds: published.flatMap(({ feeds }) => feeds),
      warnings: [...published.flatMap(({ warnings }) => warnings), ...warnings],
    };
  } finally {
    publication.close();
  }
}
