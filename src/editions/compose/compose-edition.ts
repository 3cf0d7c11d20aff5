import type { Database } from '../../database/tables.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import type { Edition } from '../edition.ts';
import type { ComposeDependencies } from '../edition-dependencies.ts';
import { insertEdition } from '../queries/editions.ts';
import { draftEdition, type EditionDraft } from './draft-edition.ts';

/** The result of `compose`: the edition is stored. `undefined` if there is nothing new. */
export type ComposeReport = EditionDraft;

/** Composes the newsletter's next edition and stores it with its posts. */
export async function composeEdition(
  deps: ComposeDependencies,
  newsletterId: string,
): Promise<ComposeReport> {
  const newsletter = findNewsletter(deps.config, newsletterId);
  const { saveFiles, ...draft } = await draftEdition(deps, newsletter);
  const { edition } = draft;
  if (edition === undefined) return draft;
  // Before storing: an edition must not contain a post id that is then lost.
  await saveFiles();
  await deps.store.transaction((db) => storeEdition(db, edition));
  return draft;
}

/**
 * Stores a composed edition in the transaction `db`. Throws if another program has just composed an
 * edition from the same posts.
 */
export async function storeEdition(db: Database, edition: Edition): Promise<void> {
  if (await insertEdition(db, edition)) return;
  throw new BroadsheetError(
    EXIT.tryAgain,
    `${edition.id}  another program composed an edition of the same posts just now; ` +
      'run the command again to continue with that one',
  );
}
