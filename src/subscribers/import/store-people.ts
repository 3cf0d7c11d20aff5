import type { Kysely } from 'kysely';
import { openStatistics, prepareBulkWrite } from '../../database/bulk-write.ts';
import { textType } from '../../database/dialect.ts';
import { readIdentity } from '../../database/identity.ts';
import { repeatedInsert } from '../../database/repeated-insert.ts';
import type { DepartedStatus, SubscriptionStatus } from '../../database/states.ts';
import type { Database, Tables } from '../../database/tables.ts';
import { addressKey, type EmailAddress } from '../../kernel/email-address.ts';
import type { SubscriptionWriter } from '../change-subscriptions.ts';
import { departuresOf, hasDepartures } from '../journal/journal.ts';
import { hashesOfAddress, hashIp } from '../keyed-hashes.ts';
import { newSubscriber, subscriberIds } from '../new-subscriber.ts';
import { deleteRequestsOf } from '../queries/sign-ups.ts';
import { findSubscribers } from '../queries/subscribers.ts';
import { hasLeft, type Subscriber } from '../subscriber.ts';
import { FIRST_EVENTS } from '../subscription-events.ts';
import { stricterStatus } from './columns/read-decision.ts';
import type { ImportedPerson } from './parse-import-row.ts';

/** The results of the accepted lines of an import. Each line counts once. */
export interface ImportCounts {
  /** New and active. */
  added: number;
  /** New, and has to confirm. */
  pending: number;
  /** New, and the file says that they left. Stored with that status, so nothing subscribes them again. */
  left: number;
  /** Already known, not changed. */
  already: number;
  /** Left, bounced, complained or were erased here, and stay so. */
  kept: number;
  /** Was subscribed here, and the file says that they left. */
  ended: number;
  /** Repeated in the same file. */
  duplicates: number;
}

/** All counters at zero. */
export const NO_COUNTS: Readonly<ImportCounts> = {
  added: 0,
  pending: 0,
  left: 0,
  already: 0,
  kept: 0,
  ended: 0,
  duplicates: 0,
};

/** Values for people whose record does not have its own. */
interface Defaults {
  readonly newsletter: string;
  /** The highest status that a person can get. */
  readonly status: SubscriptionStatus;
  /** For the record of consent. */
  readonly source: string;
  /** ISO 8601 instant. */
  readonly at: string;
}

/**
 * Stores the people of a file in the transaction `db`, in batches of up to `MOST_AT_ONCE`. `writer` writes
 * in the same transaction. Returns how many had each result.
 */
export async function storePeople(
  db: Database,
  writer: SubscriptionWriter,
  batches: AsyncIterable<readonly ImportedPerson[]>,
  defaults: Defaults,
): Promise<ImportCounts> {
  const { newsletter, at, source } = defaults;
  const counts = { ...NO_COUNTS };
  await prepareBulkWrite(db);
  const readAddresses = await openReadAddresses(db);
  const { hash_key: key } = await readIdentity(db);
  const countStored = openStatistics(db);
  // Hashing a million addresses takes seconds. Usually no departures exist yet.
  const isJournalUsed = await hasDepartures(db);
  for await (const people of batches) {
    const addresses = people.map(({ address }) => address);
    const fresh = new Set(await readAddresses.add(addresses));
    const known = new Map(await findSubscribers(db, newsletter, addresses));
    const unknown = addresses.filter((address) => !known.has(addressKey(address)));
    const departed = isJournalUsed
      ? await findDeparted(db, newsletter, unknown, key)
      : new Set<string>();
    const batch: Batch = { fresh, known, departed, added: [], ended: new Map() };
    const newId = subscriberIds();
    for (const person of people) {
      const status = stricterStatus(person.status ?? 'active', defaults.status);
      // Their earlier requests end even if the history gets no line: an erased person has no row, and a
      // second complaint changes nothing.
      const isErased = departed.has(addressKey(person.address));
      if (status === 'complained' || (hasLeft(status) && isErased)) {
        await deleteRequestsOf(db, person.address);
      }
      const create = () => toSubscriber(person, status, defaults, { key, newId });
      counts[addToBatch(addressKey(person.address), status, create, batch)] += 1;
    }
    // In the order of the index: the fastest order.
    const added = batch.added.toSorted((a, b) => (a.address < b.address ? -1 : 1));
    await writer.add(added, source);
    await countStored(added.length);
    const ended = [...batch.ended].map(([, { id, status }]) => {
      return { id, event: { kind: FIRST_EVENTS[status], at, source } };
    });
    await writer.apply(ended);
  }
  await readAddresses.close();
  return counts;
}

/** People of a file who are stored together, by `addressKey`. */
interface Batch {
  /** Read for the first time in this file. */
  readonly fresh: Set<string>;
  /** People with a row, stored or soon to be stored. */
  readonly known: Map<string, Subscriber>;
  /** People who left and have no row: they were erased, or left before this database existed. */
  readonly departed: ReadonlySet<string>;
  readonly added: Subscriber[];
  readonly ended: Map<string, { readonly id: string; readonly status: DepartedStatus }>;
}

/** Adds one imported person to the batch. Returns the counter to increment. */
function addToBatch(
  mailbox: string,
  status: SubscriptionStatus,
  create: () => Subscriber,
  { fresh, known, departed, added, ended }: Batch,
): keyof ImportCounts {
  const isRepeated = !fresh.delete(mailbox);
  const before = known.get(mailbox);
  if (before === undefined) {
    if (departed.has(mailbox)) return isRepeated ? 'duplicates' : 'kept';
    const subscriber = create();
    added.push(subscriber);
    known.set(mailbox, subscriber);
    if (hasLeft(status)) return 'left';
    return status === 'pending' ? 'pending' : 'added';
  }
  const isStricter = stricterStatus(before.status, status) !== before.status;
  if (hasLeft(status) && isStricter) {
    ended.set(mailbox, { id: before.id, status });
    known.set(mailbox, { ...before, status });
    // If they had left before, they count as kept. A complaint is still recorded.
    if (!hasLeft(before.status)) return 'ended';
  }
  if (isRepeated) return 'duplicates';
  return hasLeft(before.status) ? 'kept' : 'already';
}

async function findDeparted(
  db: Database,
  newsletter: string,
  addresses: readonly EmailAddress[],
  key: string,
): Promise<ReadonlySet<string>> {
  const hashes = new Map(
    addresses.flatMap((address) =>
      hashesOfAddress(key, address).map((hash) => [hash, address] as const),
    ),
  );
  const departures = await departuresOf(db, newsletter, [...hashes.keys()]);
  const left = [...hashes].filter(([hash]) => departures.has(hash));
  return new Set(left.map(([, address]) => addressKey(address)));
}

function toSubscriber(
  person: ImportedPerson,
  status: SubscriptionStatus,
  defaults: Defaults,
  { key, newId }: { readonly key: string; readonly newId: () => string },
): Subscriber {
  const { at = defaults.at, source = defaults.source, text, confirmedAt, ip } = person.consent;
  const ipHash = person.consent.ipHash ?? (ip === undefined ? undefined : hashIp(key, ip));
  const { address, name, changedAt = defaults.at } = person;
  const consent = { at, source, text, ipHash, confirmedAt };
  const { newsletter } = defaults;
  return newSubscriber({ newsletter, address, name, status, consent, changedAt }, newId);
}

interface ImportTables extends Tables {
  /** The mailboxes that an import has read. Only its transaction sees this table. */
  readonly import_lines: { address_key: string };
}

/**
 * The addresses that one import has read. The database stores them, so a file of any size needs little
 * memory. `add` returns the keys of the new ones. A
 * transaction that rolls back needs no `close`.
 */
async function openReadAddresses(transaction: Database) {
  const db = transaction as unknown as Kysely<ImportTables>;
  await db.schema
    .createTable('import_lines')
    .temporary()
    .addColumn('address_key', textType(db), (column) => column.primaryKey())
    .execute();
  const insert = repeatedInsert<{ address_key: string }, { address_key: string }>(
    transaction,
    (rows) =>
      db
        .insertInto('import_lines')
        .values([...rows])
        .onConflict((conflict) => conflict.column('address_key').doNothing())
        .returning('address_key'),
  );
  return {
    async add(addresses: readonly EmailAddress[]): Promise<readonly string[]> {
      const keys = addresses.map(addressKey).sort();
      const { rows } = await insert(keys.map((key) => ({ address_key: key })));
      return rows.map((row) => row.address_key);
    },
    async close(): Promise<void> {
      await db.schema.dropTable('import_lines').execute();
    },
  };
}
