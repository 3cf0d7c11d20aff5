import type { EditionSummary } from './edition-draft.ts';
import type { StoreDependencies } from './mail-dependencies.ts';

/** The stored editions, newest first; those of one newsletter, or of all. */
export async function listEditions(
  _deps: StoreDependencies,
  _newsletter?: string,
): Promise<readonly EditionSummary[]> {
  throw new Error('not implemented yet');
}
