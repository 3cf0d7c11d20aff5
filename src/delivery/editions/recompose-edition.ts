import type { ComposeReport } from '../../editions/compose/compose-edition.ts';
import { draftEdition } from '../../editions/compose/draft-edition.ts';
import { findStoredEdition } from '../../editions/compose/find-stored-edition.ts';
import type { ComposeDependencies } from '../../editions/edition-dependencies.ts';
import type { StoredEdition } from '../../editions/queries/editions.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { mayHaveReached, replaceEdition } from '../queries/edition-changes.ts';
import { findUnfinished } from '../queries/unfinished.ts';
import { freshSince } from '../run/settle-ledger.ts';

/**
 * Recomposes a stored edition from the current posts, under its id: the one named `editionId`, else
 * the newsletter's oldest unfinished one. An edition that waits for approval keeps waiting, and the
 * editor is asked again. Throws a usage error if there is none, or if somebody may have got it, and
 * a data error if too few stories are left.
 */
export async function recomposeEdition(
  deps: ComposeDependencies,
  newsletterId: string,
  editionId?: string,
): Promise<ComposeReport> {
  const newsletter = findNewsletter(deps.config, newsletterId);
  const { edition: before } = await findRecomposed(deps, newsletter, editionId);
  const { saveFiles, ...draft } = await draftEdition(deps, newsletter, before);
  const { edition } = draft;
  if (edition === undefined) {
    const remedy = `\`broadsheet editions cancel ${before.id}\` calls it off`;
    throw new BroadsheetError(EXIT.data, `${before.id}  has too few stories left; ${remedy}`);
  }
  // First: an edition must not refer to a post by an id that is then lost.
  await saveFiles();
  if (await deps.store.transaction((db) => replaceEdition(db, edition))) return draft;
  throw new BroadsheetError(
    EXIT.tryAgain,
    `${before.id}  is being sent, or was changed, by another program; run the command again`,
  );
}

async function findRecomposed(
  { store, clock }: ComposeDependencies,
  newsletter: NewsletterSettings,
  editionId: string | undefined,
): Promise<StoredEdition> {
  const unfinished = await findUnfinished(store.db, newsletter.id, freshSince(newsletter, clock()));
  const id = editionId ?? unfinished[0]?.edition;
  if (id === undefined) {
    const remedy = 'leave out --recompose to send the next one';
    throw new BroadsheetError(
      EXIT.usage,
      `${newsletter.id} has no edition to compose anew; ${remedy}`,
    );
  }
  const stored = await findStoredEdition(store.db, id);
  if (stored.edition.newsletter !== newsletter.id || stored.cancelledAt !== undefined) {
    const remedy = 'see `broadsheet editions list`';
    throw new BroadsheetError(
      EXIT.usage,
      `${id}  is cancelled, or another newsletter's; ${remedy}`,
    );
  }
  if (await mayHaveReached(store.db, id)) {
    const fact = 'somebody may have received it already, so it is not changed';
    const remedy = 'leave out --recompose';
    throw new BroadsheetError(EXIT.usage, `${id}  ${fact}; ${remedy}`);
  }
  return stored;
}
