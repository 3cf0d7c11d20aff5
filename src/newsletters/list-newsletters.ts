import type { StoreDependencies } from '../database/dependencies.ts';
import { countPeople, type NewsletterCounts } from '../subscribers/queries/newsletters.ts';
import { findMissingNewsletters } from './missing-newsletters.ts';

/** A newsletter and the numbers of its subscribers. */
export interface NewsletterStatus extends NewsletterCounts {
  /** Undefined if it is not in the config. */
  readonly name?: string;
}

/** The newsletters of the config, and others that people are subscribed to. */
export async function listNewsletters(
  deps: Pick<StoreDependencies, 'config' | 'store'>,
): Promise<readonly NewsletterStatus[]> {
  const listed: NewsletterStatus[] = [];
  for (const { id, name } of deps.config.newsletters) {
    listed.push({ ...(await countPeople(deps.store.db, id)), name });
  }
  return [...listed, ...(await findMissingNewsletters(deps))];
}
