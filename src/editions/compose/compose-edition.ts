import { findNewsletter } from '../../settings/find-newsletter.ts';
import type { ComposeDependencies } from '../edition-dependencies.ts';
import { draftEdition } from './draft-edition.ts';
import type { ComposeReport } from './edition-draft.ts';
import { storeEdition } from './store-edition.ts';

/** Composes the newsletter's next edition and stores it with its posts. */
export async function composeEdition(
  deps: ComposeDependencies,
  newsletterId: string,
): Promise<ComposeReport> {
  const newsletter = findNewsletter(deps.config, newsletterId);
  const { remember, ...draft } = await draftEdition(deps, newsletter);
  const { edition } = draft;
  if (edition === undefined) return draft;
  // Before storing: an edition must not contain a post id that is then lost.
  remember();
  await deps.store.transaction((db) => storeEdition(db, edition));
  return draft;
}
