import type { StoreDependencies } from '../../database/dependencies.ts';
import { INDEX_FILE } from '../../feeds/formats.ts';
import { Publication } from '../../feeds/publish/publish.ts';
import type { TextsOf } from '../../kernel/texts.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { archivedEditions } from '../queries/archived-editions.ts';
import { findEdition } from '../queries/editions.ts';
import { archivePath } from './archive-feed.ts';
import { editionPageUrl, renderEditionPage } from './edition-page.ts';

/** A page in the output folder, and its address for readers after publication. */
export interface EditionPageFile {
  /** Absolute path. */
  readonly file: string;
  readonly url: string;
}

/**
 * Puts the page of a planned edition into the output folder, with its style sheet. The mail links
 * to it, so it must exist. The next `publishArchive` updates lists, feeds and the neighbours'
 * links. Returns undefined and does nothing if the newsletter has no archive. Throws a
 * `BroadsheetError` (`EXIT.disk`) if the folder cannot be written.
 */
export async function publishEditionPage(
  deps: Pick<StoreDependencies, 'config' | 'store' | 'log'> & { readonly textsOf: TextsOf },
  newsletter: NewsletterSettings,
  id: string,
): Promise<EditionPageFile | undefined> {
  if (newsletter.archive === 'off') return undefined;
  const { config, store, log, textsOf } = deps;
  const editions = await archivedEditions(store.db, newsletter.id);
  const at = editions.findIndex((each) => each.id === id);
  const stored = await findEdition(store.db, id);
  // It was cancelled in the meantime: nobody receives it.
  if (at < 0 || stored === undefined) return undefined;
  const place = { config, newsletter, texts: textsOf(newsletter.language), editions, at };
  const { html, css, cssPath } = renderEditionPage(stored.edition, place);
  const publication = new Publication(config.folders.output);
  try {
    publication.put(archivePath(cssPath), css);
    const page = `${archivePath(id)}/${INDEX_FILE}`;
    publication.put(page, html);
    await publication.commit();
    const written = { file: publication.pathOf(page), url: editionPageUrl(config, id) };
    log.detail(`${written.file}  is the page ${written.url}`);
    return written;
  } finally {
    publication.close();
  }
}
