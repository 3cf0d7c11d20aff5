import type { StoreDependencies } from '../database/dependencies.ts';
import type { Warning } from '../posts/report-posts.ts';
import type { Config } from '../settings/config.ts';
import {
  countPeople,
  type NewsletterCounts,
  subscribedNewsletters,
} from '../subscribers/queries/newsletters.ts';

/** Newsletters that have active or pending subscribers, but are not in the config. */
export async function findMissingNewsletters({
  config,
  store: { db },
}: Pick<StoreDependencies, 'config' | 'store'>): Promise<readonly NewsletterCounts[]> {
  const inConfig = new Set(config.newsletters.map(({ id }) => id));
  const missing: NewsletterCounts[] = [];
  for (const newsletter of await subscribedNewsletters(db)) {
    if (inConfig.has(newsletter)) continue;
    const counts = await countPeople(db, newsletter);
    if (counts.active + counts.pending > 0) missing.push(counts);
  }
  return missing;
}

/** A warning for each of them, with the remedy. */
export function warnOfMissing(
  { file, newsletters }: Pick<Config, 'file' | 'newsletters'>,
  missing: readonly NewsletterCounts[],
): readonly Warning[] {
  const [{ id } = { id: 'NEW' }] = newsletters;
  return missing.map(({ newsletter, active, pending }) => {
    const count = active + pending;
    const people = count === 1 ? '1 person is' : `${count} people are`;
    const remedy =
      `put it back, or give its people to another one with ` +
      `\`broadsheet newsletters rename ${newsletter} ${newsletters.length === 1 ? id : 'NEW'}\``;
    const message = `${people} subscribed to "${newsletter}", which is not in the config and gets no edition; ${remedy}`;
    return { file, line: 1, message };
  });
}
