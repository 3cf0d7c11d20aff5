import {
  changesBeforeSending,
  retractionRemedy,
  whyRetracted,
} from '../../delivery/editions/retractions.ts';
import type { ReadySend, SendPreparation } from '../../delivery/run/send-report.ts';
import { isTakenAway, type PostChange } from '../../editions/post-change.ts';
import { findEdition } from '../../editions/queries/editions.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import type { MailContext } from '../mail-context.ts';

/** The changes to the posts of a stored edition that nobody has got yet; empty for a new one. */
export async function findChanges(
  preparation: SendPreparation,
  context: MailContext,
): Promise<readonly PostChange[]> {
  if (preparation.kind === 'nothingNew') return [];
  if (preparation.kind === 'ready' && preparation.state === 'new') return [];
  const stored = await findEdition(context.store.db, preparation.edition.id);
  return stored === undefined ? [] : changesBeforeSending(context, stored);
}

/**
 * Throws (exit code 75) for an edition with posts that were removed, if there is no person to ask: it
 * must not be sent unnoticed.
 */
export function refuseRetracted(
  edition: { readonly id: string; readonly newsletter: string },
  changes: readonly PostChange[],
): void {
  const reason = whyRetracted(changes);
  if (reason === undefined) return;
  const remedy = retractionRemedy(edition.newsletter, edition.id);
  throw new BroadsheetError(EXIT.tryAgain, `${edition.id}  ${reason}; ${remedy}`);
}

/** A person who saw the changes and still sends has agreed to send it as composed. */
export function agreed(
  { options }: ReadySend,
  changes: readonly PostChange[],
): Pick<ReadySend, 'options'> {
  return { options: changes.some(isTakenAway) ? { ...options, asComposed: true } : options };
}
