import { BroadsheetError, EXIT } from '../../base/errors.ts';
import type { SendPreparation } from '../../jobs/sending/send-report.ts';
import type { PostChange } from '../../model/post-change.ts';
import type { MailContext } from '../mail-context.ts';

/** What became of the posts of a stored edition that nobody has got; nothing for a new one. */
export async function findChanges(
  preparation: SendPreparation,
  context: MailContext,
): Promise<readonly PostChange[]> {
  if (preparation.kind === 'nothingNew') return [];
  if (preparation.kind === 'ready' && preparation.state === 'new') return [];
  const { findEdition } = await import('../../store/editions.ts');
  const { changesBeforeSending } = await import('../../jobs/editions/retractions.ts');
  const stored = await findEdition(context.store.db, preparation.edition.id);
  return stored === undefined ? [] : changesBeforeSending(context, stored);
}

/**
 * Throws (exit code 75) for an edition with posts that were taken away, where nobody is asked: it must
 * not go out unnoticed.
 */
export async function refuseRetracted(
  edition: { readonly id: string; readonly newsletter: string },
  changes: readonly PostChange[],
): Promise<void> {
  const { retractionRemedy, whyRetracted } = await import('../../jobs/editions/retractions.ts');
  const reason = whyRetracted(changes);
  if (reason === undefined) return;
  const remedy = retractionRemedy(edition.newsletter, edition.id);
  throw new BroadsheetError(EXIT.tryAgain, `${edition.id}  ${reason}; ${remedy}`);
}
