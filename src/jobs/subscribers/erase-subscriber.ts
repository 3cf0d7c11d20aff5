import { addressKey, type EmailAddress } from '../../model/email-address.ts';
import { eraseMailbox } from '../../store/erasure.ts';
import { readIdentity } from '../../store/identity.ts';
import { storedInstant } from '../../store/instants.ts';
import { departuresOf } from '../../store/journal.ts';
import { findSubscriptions } from '../../store/subscribers.ts';
import { prepareToWipe, wipeTraces } from '../../store/wipe-traces.ts';
import type { StoreDependencies } from '../mail-dependencies.ts';
import { hashAddress } from './keyed-hashes.ts';
import { recordDepartures } from './record-departures.ts';

/**
 * `unknown`: there was nothing to erase, and no import will bring the address in now; `already`: it
 * was erased before.
 */
export interface EraseReport {
  readonly result: 'erased' | 'unknown' | 'already';
  readonly subscriptions: number;
  /** That stay in the books, without the address. */
  readonly deliveries: number;
  /** False: another program kept the database's file open, and old copies may be left in it. */
  readonly wiped: boolean;
}

/**
 * Deletes all that is known of a mailbox, for all newsletters. What stays is a keyed hash, in the
 * database and the journal, so that no import brings it back; its owner can sign up again.
 */
export async function eraseSubscriber(
  { config, store, clock }: StoreDependencies,
  address: EmailAddress,
): Promise<EraseReport> {
  const at = storedInstant(clock());
  const spellings = await findSubscriptions(store.db, address);
  await prepareToWipe(store.db);
  const { result, ...counts } = await store.transaction(async (db) => {
    const erased = await eraseMailbox(db, address, at);
    if (erased.subscriptions === 0) {
      const hash = hashAddress((await readIdentity(db)).hash_key, address);
      const before = (await departuresOf(db, '', [hash])).get(hash);
      if (before !== undefined) return { result: 'already' as const, ...erased };
    }
    await recordDepartures(db, config.journalFile, [{ address, status: 'erased', at }]);
    return {
      result: erased.subscriptions > 0 ? ('erased' as const) : ('unknown' as const),
      ...erased,
    };
  });
  const texts = [address, addressKey(address), ...spellings.map((known) => known.address)];
  return { result, ...counts, wiped: await wipeTraces(store.db, texts) };
}
