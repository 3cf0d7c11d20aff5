import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { documentUrl, FORMATS, folderUrl } from '../../feeds/formats.ts';
import { INDEX_FILE } from '../../feeds/index-page.ts';
import type { Config } from '../../settings/config.ts';
import type { ArchivedEdition } from '../queries/archived-editions.ts';
import { findEdition } from '../queries/editions.ts';
import type { ArchiveDependencies } from './archive-dependencies.ts';
import { archivePath } from './archive-feed.ts';
import type { ArchiveFiles } from './archive-files.ts';
import { EDITION_PAGE_REVISION, renderEditionPage } from './edition-page.ts';
import type { EditionPageInput } from './edition-page-input.ts';
import { TOP } from './edition-surroundings.ts';
import type { NewsletterArchive } from './list-archives.ts';

/**
 * Puts the page of every edition of a newsletter, each with its style sheet. If nothing on a page
 * has changed, does not even read its edition. Reads the others one at a time.
 */
export async function putEditionPages(
  deps: ArchiveDependencies,
  { newsletter, editions }: NewsletterArchive,
  files: ArchiveFiles,
): Promise<void> {
  const texts = deps.textsOf(newsletter.language);
  for (const [at, edition] of editions.entries()) {
    deps.log.progress('Archive', at, editions.length);
    // Lets other work in this process run.
    await setImmediate();
    const path = archivePath(edition.id);
    const page = `${path}/${INDEX_FILE}`;
    const input: EditionPageInput = {
      ...surroundingsOf(deps.config, { newsletter, editions }, edition, at),
      texts,
      edition: { ...edition, html: '', text: '', posts: [] },
    };
    const fingerprint = fingerprintOf(input);
    if (files.keepMadeOf(fingerprint, page)) continue;
    const stored = await findEdition(deps.store.db, edition.id);
    if (stored === undefined) continue;
    const { html, css, cssPath } = renderEditionPage({ ...input, edition: stored.edition });
    const sheet = archivePath(cssPath);
    files.put(sheet, css);
    files.putMadeOf(fingerprint, page, html, sheet);
  }
  deps.log.progress('Archive', editions.length, editions.length);
}

/** What the page of `edition`, at index `at`, contains besides the edition itself and the texts. */
export function surroundingsOf(
  config: Config,
  { newsletter, editions }: NewsletterArchive,
  { id, plannedAt }: ArchivedEdition,
  at: number,
): Omit<EditionPageInput, 'edition' | 'texts'> {
  const { publicUrl, serviceUrl } = config;
  return {
    ...{ newsletter, plannedAt, siteTitle: config.site.title },
    url: folderUrl(publicUrl, archivePath(id)),
    ...(serviceUrl === undefined ? {} : { service: serviceUrl === publicUrl ? TOP : serviceUrl }),
    feeds: config.feeds.formats.map((format) => ({
      type: FORMATS[format].type,
      title: `${newsletter.name} (${FORMATS[format].name})`,
      url: documentUrl(publicUrl, archivePath(newsletter.id), format),
    })),
    ...neighboursOf(editions, at),
  };
}

function neighboursOf(
  editions: readonly ArchivedEdition[],
  at: number,
): Pick<EditionPageInput, 'earlier' | 'later'> {
  const earlier = editions[at + 1];
  const later = at === 0 ? undefined : editions[at - 1];
  return { ...(earlier && { earlier }), ...(later && { later }) };
}

/**
 * Shows whether a page must be rendered again, as SHA-256 in hex. An edition changes only when it
 * is composed again. Its surroundings can change; the page of an edition without a mail has only
 * those.
 */
function fingerprintOf(input: EditionPageInput): string {
  const { html, css } = renderEditionPage(input);
  const { composedAt } = input.edition;
  return createHash('sha256')
    .update([EDITION_PAGE_REVISION, composedAt, html, css].join('\n'))
    .digest('hex');
}
