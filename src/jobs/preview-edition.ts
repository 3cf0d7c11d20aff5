import type { PreviewReport } from './edition-draft.ts';
import type { ComposeDependencies } from './mail-dependencies.ts';

/** What `send` would send now, for an invented subscriber. Stores nothing. */
export async function previewEdition(
  _deps: ComposeDependencies,
  _newsletter: string,
): Promise<PreviewReport> {
  throw new Error('not implemented yet');
}
