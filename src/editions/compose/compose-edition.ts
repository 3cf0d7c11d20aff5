import { findNewsletter } from '../../settings/find-newsletter.ts';
import type { ComposeDependencies } from '../edition-dependencies.ts';
import { draftEdition } from './draft-edition.ts';
import type { ComposeReport } from './edition-draft.ts';
import { storeEdition } from './store-edition.ts';

/** Composes the newsletter's next edition and stores it, frozen, with its posts. */
export async function composeEdition(
  deps: ComposeDependencies,
  newsletterId: string,
): Promise<ComposeReport> {
  const newsletter = findNewsletter(deps.config, newsletterId);
  const { remember, ...draft } = await draftEdition(deps, newsletter);
  const { edition } = draft;
  if (edition === undefined) return draft;
  // First: an edition must not know a post by an id that is then forgotten.
  remember();
  await deps.store.transaction((db) => storeEdition(db, edition));
  return draft;
}
