import type { Edition } from '../model/edition.ts';
import type { EditionSummary } from './edition-draft.ts';
import type { StoreDependencies } from './mail-dependencies.ts';
import type { SendReport } from './send-report.ts';

export interface EditionDetails extends EditionSummary, Pick<SendReport, 'inDoubt' | 'failures'> {
  readonly edition: Edition;
}

/** A stored edition, its table, and who was not served. Throws a usage error for an unknown id. */
export async function showEdition(_deps: StoreDependencies, _id: string): Promise<EditionDetails> {
  throw new Error('not implemented yet');
}
