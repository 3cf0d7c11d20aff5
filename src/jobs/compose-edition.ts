import type { ComposeReport } from './edition-draft.ts';
import type { ComposeDependencies } from './mail-dependencies.ts';

/** Composes the newsletter's next edition and stores it, frozen, with its posts. */
export async function composeEdition(
  _deps: ComposeDependencies,
  _newsletter: string,
): Promise<ComposeReport> {
  throw new Error('not implemented yet');
}
