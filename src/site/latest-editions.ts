import type { StoreDependencies } from '../database/dependencies.ts';
import { type LatestEdition, latestEdition } from '../editions/queries/archived-editions.ts';
import type { NewsletterSettings } from '../settings/settings.ts';

/** The latest edition of each newsletter that is offered and has an archive, newest first. */
export async function latestEditions({
  config,
  store,
}: Pick<StoreDependencies, 'config' | 'store'>): Promise<
  readonly { readonly newsletter: NewsletterSettings; readonly edition: LatestEdition }[]
> {
  const shown = config.newsletters.filter(({ listed, archive }) => listed && archive !== 'off');
  const found = await Promise.all(
    shown.map(async (newsletter) => {
      const edition = await latestEdition(store.db, newsletter.id);
      return edition === undefined ? [] : [{ newsletter, edition }];
    }),
  );
  return found.flat().toSorted((a, b) => (a.edition.day < b.edition.day ? 1 : -1));
}
