import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { StoreDependencies } from '../../database/dependencies.ts';
import { type PublishedFeeds, putFeed } from '../../feeds/build/put-feed.ts';
import { siteImage } from '../../feeds/build/site-image.ts';
import type { FeedContext } from '../../feeds/compose-feed.ts';
import { FEED_CSS, FEED_CSS_FILE } from '../../feeds/feed-css.ts';
import { INDEX_FILE, INDEX_MARK } from '../../feeds/formats.ts';
import { ARCHIVE_MANIFEST, manifestText, readManifest } from '../../feeds/publish/manifest.ts';
import { Publication } from '../../feeds/publish/publish.ts';
import type { Problem } from '../../kernel/problem.ts';
import type { TextsOf } from '../../kernel/texts.ts';
import { PROGRAM_VERSION } from '../../kernel/version.ts';
import { archivedEditions, storiesOfEdition } from '../queries/archived-editions.ts';
import { findEdition } from '../queries/editions.ts';
import { archivePath, composeArchiveFeed, type FeedEdition } from './archive-feed.ts';
import {
  type ArchiveFiles,
  findStrays,
  openArchiveFiles,
  removeEmptyFolder,
} from './archive-files.ts';
import { type ArchiveLists, type NewsletterArchive, planLists } from './archive-lists.ts';
import { renderEditionPage } from './edition-page.ts';

/** Dependencies of the archive. */
export interface ArchiveDependencies extends StoreDependencies {
  /** The texts of the site. */
  readonly textsOf: TextsOf;
  /** Renders the pages that list editions, in the site's look. */
  readonly lists: ArchiveLists;
}

/**
 * Updates the archive in the output folder: a page for every sent edition, lists of them, and
 * feeds. Writes only what changed, and removes what should no longer exist. Do not call it again
 * before the last call has ended. Throws a `BroadsheetError` (`EXIT.disk`) if the folder cannot be
 * written.
 */
export async function publishArchive(deps: ArchiveDependencies) {
  const { site, feeds: settings, folders } = deps.config;
  // Reads the folder before the editions: a page that another sender puts there in the meantime
  // must not count as stray.
  const before = readManifest(folders.output, ARCHIVE_MANIFEST);
  const strays = findStrays(folders.output, before);
  const archives = await listArchives(deps);
  const publication = new Publication(folders.output);
  try {
    const files = openArchiveFiles(publication, before);
    const context = { site, settings, siteImage: siteImage(site, folders.siteRoot) };
    const published: PublishedFeeds[] = [];
    for (const archive of archives) {
      await putEditionPages(deps, archive, files);
      published.push(await putArchiveFeed(deps, archive, context, files));
    }
    const warnings = putArchiveLists(deps.lists, archives, files, publication);
    const removed = files.removeOthers(strays);
    if (archives.length > 0) publication.put(FEED_CSS_FILE, FEED_CSS);
    if (before.size + files.written.size > 0) {
      publication.put(ARCHIVE_MANIFEST, manifestText(files.written));
    }
    await publication.commit();
    for (const path of new Set(removed.map(dirname))) removeEmptyFolder(folders.output, path);
    return {
      /** Absolute path of the archive in the output folder. */
      folder: join(folders.output, 'archive'),
      /** Number of editions with a page. */
      editions: archives.reduce((sum, { editions }) => sum + editions.length, 0),
      /** Number of files that were written or replaced, including feeds. */
      changed: files.changed(),
      /** Number of removed pages: their edition was cancelled, or no longer has an archive. */
      removed: removed.filter((path) => path.endsWith(`/${INDEX_FILE}`)).length,
      feeds: published.flatMap(({ feeds }) => feeds),
      warnings: [...published.flatMap(({ warnings }) => warnings), ...warnings],
    };
  } finally {
    publication.close();
  }
}

/** The archives of all newsletters that have one. */
async function listArchives({ config, store }: ArchiveDependencies): Promise<NewsletterArchive[]> {
  const archives: NewsletterArchive[] = [];
  for (const newsletter of config.newsletters) {
    if (newsletter.archive === 'off') continue;
    archives.push({ newsletter, editions: await archivedEditions(store.db, newsletter.id) });
  }
  return archives;
}

/**
 * Puts the page of every edition of a newsletter, each with its style sheet. If nothing on a page
 * has changed, does not even read its edition. Reads the others one at a time.
 */
async function putEditionPages(
  { config, store, log, textsOf }: ArchiveDependencies,
  { newsletter, editions }: NewsletterArchive,
  files: ArchiveFiles,
): Promise<void> {
  const texts = textsOf(newsletter.language);
  for (const [at, edition] of editions.entries()) {
    log.progress('Archive', at, editions.length);
    // Lets other work in this process run.
    await setImmediate();
    const page = `${archivePath(edition.id)}/${INDEX_FILE}`;
    const place = { config, newsletter, texts, editions, at };
    // An edition changes only when it is composed again. What is around it can change: a page
    // without a mail has only that. The program can change too, and how it makes a page.
    const empty = renderEditionPage({ ...edition, html: '', text: '', posts: [] }, place);
    const fingerprint = createHash('sha256')
      .update([PROGRAM_VERSION, edition.composedAt, empty.html, empty.css].join('\n'))
      .digest('hex');
    if (files.keepMadeOf(fingerprint, page)) continue;
    const stored = await findEdition(store.db, edition.id);
    if (stored === undefined) continue;
    const { html, css, cssPath } = renderEditionPage(stored.edition, place);
    const sheet = archivePath(cssPath);
    files.put(sheet, css);
    files.putMadeOf(fingerprint, page, html, sheet);
  }
  log.progress('Archive', editions.length, editions.length);
}

/** Puts the feed of a newsletter's newest editions, in every format. */
async function putArchiveFeed(
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

/**
 * Puts the pages that list editions. A page at such a path that is not ours stays, with a warning.
 */
function putArchiveLists(
  lists: ArchiveLists,
  archives: readonly NewsletterArchive[],
  files: ArchiveFiles,
  publication: Publication,
): readonly Problem[] {
  const newsletters = archives.map(({ newsletter }) => newsletter);
  const warnings: Problem[] = [];
  for (const list of planLists(archives)) {
    const path = `${list.path}/${INDEX_FILE}`;
    const isOurs = files.wasThere(path) || publication.textOf(path)?.includes(INDEX_MARK) !== false;
    if (isOurs) files.put(path, lists.render(list, newsletters));
    else {
      const remedy = 'give the feeds a folder of their own by feeds.folder and publicUrl';
      const message = `is there already and not of Broadsheet's making, so it stays; ${remedy}`;
      warnings.push({ file: publication.pathOf(path), message });
    }
  }
  if (archives.length > 0) for (const [path, text] of lists.files) publication.put(path, text);
  return warnings;
}
