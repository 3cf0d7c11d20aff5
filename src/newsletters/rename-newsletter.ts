import { TABLES } from '../database/copy-tables.ts';
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

export interface RenameReport {
  readonly from: string;
  readonly to: string;
  /** Subscriptions that were moved to the new id. */
  readonly subscriptions: number;
  /** Addresses that had both newsletters, and have one now. */
  readonly merged: number;
  readonly editions: number;
}

/**
 * Renames a newsletter that is no longer in the config to the id of one that is. Moves its
 * subscribers, their histories, its editions and slots, in one transaction. If an address has both
 * newsletters, the stricter subscription counts. The journal records the rename, and an older
 * backup is renamed as well. Ids of editions stay. Throws a usage error if it is still in the
 * config, or is unknown; an error to try again while an edition of either is sent.
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
    await keepOthersFromWriting(db, Object.keys(TABLES));
    if (!(await isKnownNewsletter(db, from))) {
      const fact = `nothing is known of a newsletter "${from}"`;
      throw new BroadsheetError(EXIT.usage, `${fact}; see \`broadsheet newsletters list\``);
    }
    const editions = await editionRows(db, from);
    const ids = [...editions, ...(await editionRows(db, renamedTo))].map(({ id }) => id);
    await refuseSenders(db, ids, leaseNow);
    // Not before the newest journal line about `from`, whatever the clock says: all its lines until
    // now are about this newsletter.
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
