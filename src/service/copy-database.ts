import { type CopiedTable, copyTables, TABLES } from '../database/copy-tables.ts';
import { keepOthersFromWriting } from '../database/dialect.ts';
import { holdDatabase, readHold, settleAnywhere } from '../database/identity.ts';
import { storedInstant } from '../database/instants.ts';
import type { Store } from '../database/open-store.ts';
import type { Database } from '../database/tables.ts';
import { allSenders } from '../delivery/queries/senders.ts';
import { livenessOf } from '../delivery/run/sender-lease.ts';
import type { Clock } from '../kernel/clock.ts';
import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';

/** The copied tables, and the target. */
export interface CopyReport {
  readonly from: string;
  readonly to: string;
  readonly tables: readonly CopiedTable[];
}

/**
 * Copies everything from `from` to the empty database `to`, and makes `to` the one that sends. During the
 * copy nobody can write to `from`: otherwise the copy could subscribe again someone who leaves meanwhile.
 * Throws if `from` is on hold, or if a sender works in it.
 */
export async function copyDatabase(deps: {
  readonly from: Store;
  readonly to: Store;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<CopyReport> {
  const { from, to, log } = deps;
  const since = storedInstant(deps.clock());
  const progress = (table: string, done: number, total: number) =>
    log.progress(`Copying ${table.replaceAll('_', ' ')}`, done, total);

  // Both never send at the same time, even after an interruption: `to` stays on hold until `from` is on
  // hold.
  const tables = await from.transaction(async (source) => {
    await keepOthersFromWriting(source, Object.keys(TABLES));
    await refuseHeld(source, from);
    await refuseSenders(source, from);
    const copied = await to.transaction(async (target) => {
      const counts = await copyTables(source, target, progress);
      await holdDatabase(target, { since, because: 'was not copied to its end' });
      return counts;
    });
    await holdDatabase(source, { since, because: `was copied to ${to.place}, which sends now` });
    return copied;
  });
  await settleAnywhere(to.db);
  return { from: from.place, to: to.place, tables };
}

async function refuseHeld(db: Database, { place }: Store): Promise<void> {
  const hold = await readHold(db);
  if (hold === undefined) return;
  const remedy = 'copy the one that sends, or run `broadsheet database adopt` for this one first';
  throw new BroadsheetError(EXIT.usage, `${place}  is on hold: it ${hold.because}; ${remedy}`);
}

async function refuseSenders(db: Database, { place, leaseClock }: Store): Promise<void> {
  const now = storedInstant(await leaseClock());
  const [sender] = (await allSenders(db)).filter((each) => livenessOf(each, now) !== 'dead');
  if (sender === undefined) return;
  const fact = `a program sends from it (process ${sender.pid})`;
  const remedy = 'stop it or wait for its end; one that was killed is forgotten in a minute';
  throw new BroadsheetError(EXIT.tryAgain, `${place}  ${fact}; ${remedy}`);
}
