import type { StoreDependencies } from '../../database/dependencies.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { type ArchivedEdition, archivedEditions } from '../queries/archived-editions.ts';

/** A newsletter and its editions in the archive. */
export interface NewsletterArchive {
  readonly newsletter: NewsletterSettings;
  /** Newest first. */
  readonly editions: readonly ArchivedEdition[];
}

/** The archives of all newsletters that have one. */
export async function listArchives({
  config,
  store,
}: Pick<StoreDependencies, 'config' | 'store'>): Promise<readonly NewsletterArchive[]> {
  const archives: NewsletterArchive[] = [];
  for (const newsletter of config.newsletters) {
    if (newsletter.archive === 'off') continue;
    archives.push({ newsletter, editions: await archivedEditions(store.db, newsletter.id) });
  }
  return archives;
}
