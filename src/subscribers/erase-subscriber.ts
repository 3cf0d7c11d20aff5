import type { StoreDependencies } from '../database/dependencies.ts';
import { readIdentity } from '../database/identity.ts';
import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import { addressKey, type EmailAddress } from '../kernel/email-address.ts';
import { changeSubscriptions } from './change-subscriptions.ts';
import { lastDeparture } from './journal/journal.ts';
import { hashesOfAddress } from './keyed-hashes.ts';
import { changesOf } from './queries/address-changes.ts';
import { signUpsOf } from './queries/sign-ups.ts';
import { findSubscriptions } from './queries/subscribers.ts';
import { movedInto } from './queries/subscriptions.ts';
import { deleteWithoutTraces } from './queries/wipe-traces.ts';

/**
 * `unknown`: there was nothing to erase. From now on, no import adds the address. `already`: it was
 * erased before.
 */
export interface EraseReport {
  readonly result: 'erased' | 'unknown' | 'already';
  readonly subscriptions: number;
  /** Deliveries that stay in the ledger, without the address. */
  readonly deliveries: number;
  /** False: another program had the database file open. Old copies of the data may remain in the file. */
  readonly wiped: boolean;
}

/**
 * Deletes all data about a mailbox, for all newsletters. Also erases earlier mailboxes that this one
 * replaced when its owner changed the address. A keyed hash stays in the database and the journal, and
 * stops an import from adding the address again. The owner can sign up again. `source`: who asked for the
 * erasure.
 */
export async function eraseSubscriber(
  { config, store, clock }: StoreDependencies,
  address: EmailAddress,
  source = 'command line',
): Promise<EraseReport> {
  const at = storedInstant(clock());
  const texts = await spellingsOf(store.db, address);
  const erase = () =>
    store.transaction(async (db) => {
      const { hash_key: key } = await readIdentity(db);
      const mailboxes = [address, ...(await earlierMailboxes(db, address))];
      const before = await lastDeparture(db, '', hashesOfAddress(key, address));
      const wasErased = before?.status === 'erased';
      const { newsletters, deliveries, requests } = await changeSubscriptions(
        db,
        config,
        (writer) => writer.erase(mailboxes, { at, source, wasErased }),
      );
      const isKnown = newsletters.length + requests > 0;
      const result = isKnown ? 'erased' : wasErased ? 'already' : 'unknown';
      return { result, subscriptions: newsletters.length, deliveries } as const;
    });
  const { result, wiped } = await deleteWithoutTraces(store.db, texts, erase);
  return { ...result, wiped };
}

/** The owner's earlier addresses whose subscriptions were merged into this mailbox. */
async function earlierMailboxes(
  db: Database,
  address: EmailAddress,
): Promise<readonly EmailAddress[]> {
  const found = new Map<string, EmailAddress>();
  let last = await findSubscriptions(db, address);
  while (last.length > 0) {
    const moved = await movedInto(
      db,
      last.map(({ id }) => id),
    );
    last = moved.filter((each) => !found.has(addressKey(each.address)));
    for (const each of last) found.set(addressKey(each.address), each.address);
  }
  found.delete(addressKey(address));
  return [...found.values()];
}

/** All spellings of the address, and of addresses connected with it, that the file may contain. */
async function spellingsOf(db: Database, address: EmailAddress): Promise<readonly string[]> {
  const texts: EmailAddress[] = [];
  for (const each of [address, ...(await earlierMailboxes(db, address))]) {
    const known = await findSubscriptions(db, each);
    const ids = known.map(({ id }) => id);
    const others = [
      ...(await movedInto(db, ids)),
      ...(await signUpsOf(db, each)),
      ...(await changesOf(db, ids, each)),
    ];
    texts.push(each, ...[...known, ...others].map((other) => other.address));
  }
  return [...new Set([...texts, ...texts.map(addressKey)])];
}
