import { findPostChanges } from '../../editions/compose/find-post-changes.ts';
import type { EditionDependencies } from '../../editions/edition-dependencies.ts';
import { isTakenAway, type PostChange } from '../../editions/post-change.ts';
import type { StoredEdition } from '../../editions/queries/editions.ts';
import { mayHaveReached } from '../queries/edition-changes.ts';

/**
 * The changes to the posts of a stored edition while it can still be recomposed. Empty if somebody
 * may have got it, it was cancelled, or an editor decided to send it as composed. Throws as
 * `findPostChanges` does.
 */
export async function changesBeforeSending(
  deps: EditionDependencies,
  { edition, asComposedAt, cancelledAt }: StoredEdition,
): Promise<readonly PostChange[]> {
  if (asComposedAt !== undefined || cancelledAt !== undefined) return [];
  if (await mayHaveReached(deps.store.db, edition.id)) return [];
  return deps.findChanges?.(edition) ?? findPostChanges(deps, edition);
}

/** Why an edition with these changes is paused, a phrase with the files; undefined if it may go out. */
export function whyRetracted(changes: readonly PostChange[]): string | undefined {
  const files = changes.filter(isTakenAway).map(({ file }) => file);
  if (files.length === 0) return undefined;
  const what = files.length === 1 ? 'a post of it was' : 'posts of it were';
  return `${what} removed since it was composed: ${files.join(', ')}`;
}

/** How an editor releases a retracted edition: recomposed, or as it is. */
export function retractionRemedy(newsletter: string, edition: string): string {
  const command = `broadsheet send ${newsletter} --edition ${edition}`;
  return `\`${command} --recompose\` composes it again, --as-composed sends it anyway`;
}
