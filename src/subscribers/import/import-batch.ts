import { openStatistics, prepareBulkWrite } from '../../database/bulk-write.ts';
import { readIdentity } from '../../database/identity.ts';
import type { DepartedStatus, SubscriptionStatus } from '../../database/states.ts';
import type { Database } from '../../database/tables.ts';
import { addressKey, type EmailAddress } from '../../kernel/email-address.ts';
import type { Config } from '../../settings/config.ts';
import { openSubscriptionWriter, type SubscriptionChange } from '../change-subscriptions.ts';
import { departuresOf, hasDepartures } from '../journal/journal.ts';
import { hashesOfAddress, hashIp } from '../keyed-hashes.ts';
import { type NewSubscriber, newSubscriber, subscriberIds } from '../new-subscriber.ts';
import { openImportLines } from '../queries/import-lines.ts';
import { deleteRequestsOf } from '../queries/sign-ups.ts';
import { findSubscribers } from '../queries/subscribers.ts';
import { type Consent, hasLeft, type Subscriber } from '../subscriber.ts';
import { FIRST_EVENTS } from '../subscription-events.ts';
import type { ImportCounts } from './import-counts.ts';
import { type ImportedPerson, stricterStatus } from './parse-import-row.ts';

/** Values for people whose record does not have its own. */
export interface Given {
  readonly newsletter: string;
  /** The highest status that a person can get. */
  readonly status: SubscriptionStatus;
  /** For the record of consent. */
  readonly source: string;
  /** ISO 8601 instant. */
  readonly at: string;
}

/** Stores people, a batch at a time, in one transaction. */
export interface Importer {
  /** Stores up to `MOST_AT_ONCE` people, and counts each result. */
  store(people: readonly ImportedPerson[], counts: ImportCounts): Promise<void>;
  /** Writes the ended subscriptions to the journal. Call it as the last step before the commit. */
  close(): Promise<void>;
}

/** Opens an import. `db` is its transaction. */
export async function openImporter(
  db: Database,
  given: Given,
  { journalFile }: Pick<Config, 'journalFile'>,
): Promise<Importer> {
  await prepareBulkWrite(db);
  const lines = await openImportLines(db);
  const { hash_key: key } = await readIdentity(db);
  const writer = await openSubscriptionWriter(db, journalFile);
  const noteStored = openStatistics(db);
  // Hashing a million addresses takes seconds. Usually no departures exist yet.
  const journalled = await hasDepartures(db);
  return {
    async store(people, counts) {
      if (people.length === 0) return;
      const addresses = people.map(({ address }) => address);
      const fresh = new Set(await lines.note(addresses));
      const known = new Map(await findSubscribers(db, given.newsletter, addresses));
      const unknown = addresses.filter((address) => !known.has(addressKey(address)));
      const departed = journalled
        ? await findDeparted(db, given.newsletter, unknown, key)
        : new Set<string>();
      const batch: Batch = { fresh, known, departed, added: [], ended: new Map() };
      const newId = subscriberIds();
      for (const person of people) {
        const status = stricterStatus(person.status ?? 'active', given.status);
        // Their earlier requests end even if the history gets no line: an erased person has no row, and a
        // second complaint changes nothing.
        const isErased = departed.has(addressKey(person.address));
        if (status === 'complained' || (hasLeft(status) && isErased)) {
          await deleteRequestsOf(db, person.address);
        }
        const make = () => newSubscriber(factsOf(person, status, given, key), newId);
        counts[take(addressKey(person.address), status, make, batch)] += 1;
      }
      // In the order of the index: the fastest order.
      const added = batch.added.toSorted((a, b) => (a.address < b.address ? -1 : 1));
      await writer.add(added, given.source);
      await noteStored(added.length);
      await writer.apply([...batch.ended.values()].map((end) => toChange(end, given)));
    },
    async close() {
      await lines.close();
      await writer.close();
    },
  };
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

/** Applies one imported row. Returns the counter to increment. */
function take(
  mailbox: string,
  status: SubscriptionStatus,
  make: () => Subscriber,
  { fresh, known, departed, added, ended }: Batch,
): keyof ImportCounts {
  const isRepeated = !fresh.delete(mailbox);
  const before = known.get(mailbox);
  if (before === undefined) {
    if (departed.has(mailbox)) return isRepeated ? 'duplicates' : 'kept';
    const subscriber = make();
    added.push(subscriber);
    known.set(mailbox, subscriber);
    if (hasLeft(status)) return 'left';
    return status === 'pending' ? 'pending' : 'added';
  }
  if (hasLeft(status) && isStricter(status, before.status)) {
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

function isStricter(status: SubscriptionStatus, before: SubscriptionStatus): boolean {
  return status !== before && stricterStatus(status, before) === status;
}

function toChange(
  { id, status }: { readonly id: string; readonly status: DepartedStatus },
  { at, source }: Given,
): SubscriptionChange {
  return { id, event: { kind: FIRST_EVENTS[status], at, source } };
}

function factsOf(
  person: ImportedPerson,
  status: SubscriptionStatus,
  given: Given,
  key: string,
): NewSubscriber {
  const { at = given.at, source = given.source, text, confirmedAt, ip } = person.consent;
  const ipHash = person.consent.ipHash ?? (ip === undefined ? undefined : hashIp(key, ip));
  const consent: Consent = {
    ...{ at, source },
    ...(text === undefined ? {} : { text }),
    ...(ipHash === undefined ? {} : { ipHash }),
    ...(confirmedAt === undefined ? {} : { confirmedAt }),
  };
  const { address, name, changedAt = given.at } = person;
  return { newsletter: given.newsletter, address, name, status, consent, changedAt };
}
