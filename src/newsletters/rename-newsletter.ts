import type { StoreDependencies } from '../database/dependencies.ts';
import { keepOthersFromWriting } from '../database/dialect.ts';
import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import { allSenders } from '../delivery/queries/senders.ts';
import { livenessOf } from '../delivery/run/sender-lease.ts';
import { editionRows } from '../editions/queries/editions.ts';
import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import { findNewsletter } from '../settings/find-newsletter.ts';
import { changeSubscriptions } from '../subscribers/change-subscriptions.ts';
import { isKnownNewsletter, newestJournalLine } from '../subscribers/queries/newsletters.ts';

/** What was renamed. */
export interface RenameReport {
  readonly from: string;
  readonly to: string;
  /** Subscriptions that have another newsletter now. */
  readonly subscriptions: number;
  /** Mailboxes that had both, and have one now. */
  readonly merged: number;
  readonly editions: number;
}

const TABLES = [
  ...['subscribers', 'subscription_events', 'editions', 'edition_posts', 'deliveries'],
  ...['slots', 'sign_ups', 'notices', 'journal', 'senders'],
];

/**
 * Gives a newsletter that is not in the config any more the id of one that is, with its people, their
 * histories, its editions and slots, in one transaction. Where a mailbox has both, the stricter
 * subscription counts. The journal has it, so that a backup of the time before is renamed as well.
 * Ids of editions stay. Throws a usage error where it is still in the config, or nothing is known of
 * it; an error to try again while an edition of either is sent.
 */
export async function renameNewsletter(
  { config, store, clock }: StoreDependencies,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<RenameReport> {
  const { id: renamedTo } = findNewsletter(config, to);
  if (config.newsletters.some(({ id }) => id === from)) {
    const remedy = 'give it its new id there first';
    throw new BroadsheetError(EXIT.usage, `${config.file}  still has "${from}"; ${remedy}`);
  }
  const leaseNow = storedInstant(await store.leaseClock());
  return store.transaction(async (db) => {
    await keepOthersFromWriting(db, TABLES);
    if (!(await isKnownNewsletter(db, from))) {
      const remedy = 'see `broadsheet newsletters list`';
      throw new BroadsheetError(
        EXIT.usage,
        `nothing is known of a newsletter "${from}"; ${remedy}`,
      );
    }
    const editions = await editionRows(db, from);
    const ids = [...editions, ...(await editionRows(db, renamedTo))].map(({ id }) => id);
    await refuseSenders(db, ids, leaseNow);
    // Whatever the clock says: all lines that the journal has of it by now are about this newsletter.
    const now = storedInstant(clock());
    const newest = await newestJournalLine(db, from);
    const rename = { newsletter: from, renamedTo, at: newest > now ? newest : now };
    const renamed = await changeSubscriptions(db, config, (writer) =>
      writer.rename(rename, `rename of ${from}`),
    );
    return { from, to: renamedTo, ...renamed, editions: editions.length };
  });
}

async function refuseSenders(
  db: Database,
  editions: readonly string[],
  now: string,
): Promise<void> {
  const sender = (await allSenders(db)).find(
    (each) => editions.includes(each.edition ?? '') && livenessOf(each, now) !== 'dead',
  );
  if (sender === undefined) return;
  const fact = `${sender.edition} is being sent (process ${sender.pid})`;
  throw new BroadsheetError(EXIT.tryAgain, `${fact}; run this again when it is done`);
}
