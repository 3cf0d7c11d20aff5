import { addressKey } from '../model/email-address.ts';
import {
  type Consent,
  type DepartedStatus,
  hasLeft,
  type Subscriber,
  type SubscriptionStatus,
} from '../model/subscriber.ts';
import { prepareBulkWrite } from '../store/bulk-write.ts';
import { readIdentity } from '../store/identity.ts';
import { type ImportLines, openImportLines } from '../store/import-lines.ts';
import { departuresOf, hasDepartures } from '../store/journal.ts';
import { findSubscribers, setStatuses, subscriberInsert } from '../store/subscribers.ts';
import type { Database } from '../store/tables.ts';
import { hashIp } from './hash-ip.ts';
import type { ImportCounts } from './import-counts.ts';
import { type NewSubscriber, newSubscriber, subscriberIds } from './new-subscriber.ts';
import { type ImportedPerson, stricterStatus } from './parse-import-row.ts';
import { hashAddress } from './record-departures.ts';

/** What an import says of people who say nothing themselves. */
export interface Given {
  readonly newsletter: string;
  /** Nobody comes in as more than this. */
  readonly status: SubscriptionStatus;
  /** For the record of consent. */
  readonly source: string;
  /** ISO 8601 instant. */
  readonly at: string;
}

/** Stores people, a batch at a time, in one transaction. */
export interface Importer {
  /** Stores up to `MOST_AT_ONCE` people, and counts what became of each. */
  store(people: readonly ImportedPerson[], counts: ImportCounts): Promise<void>;
  readonly lines: ImportLines;
}

/** Begins an import. `db` is its transaction. */
export async function openImporter(db: Database, given: Given): Promise<Importer> {
  await prepareBulkWrite(db);
  const lines = await openImportLines(db);
  const { hash_key: key } = await readIdentity(db);
  const insert = subscriberInsert(db);
  const journalled = await hasDepartures(db);

  /** Keys of those of `people` who left, and have no row: erased, or older than this database. */
  async function findDeparted(people: readonly ImportedPerson[]): Promise<ReadonlySet<string>> {
    if (!journalled || people.length === 0) return new Set();
    const keys = new Map(people.map(({ address }) => [hashAddress(key, address), address]));
    const found = await departuresOf(db, given.newsletter, [...keys.keys()]);
    return new Set(
      [...keys].filter(([hash]) => found.has(hash)).map(([, address]) => addressKey(address)),
    );
  }

  return {
    lines,
    async store(people, counts) {
      if (people.length === 0) return;
      const addresses = people.map(({ address }) => address);
      const fresh = new Set(await lines.note(addresses));
      const known = new Map(await findSubscribers(db, given.newsletter, addresses));
      const unknown = people.filter(({ address }) => !known.has(addressKey(address)));
      const departed = await findDeparted(unknown);
      const newId = subscriberIds();
      const added: Subscriber[] = [];
      const ended = new Map<string, { id: string; status: DepartedStatus }>();
      for (const person of people) {
        const mailbox = addressKey(person.address);
        const isRepeated = !fresh.delete(mailbox);
        const before = known.get(mailbox);
        const status = stricterStatus(person.status ?? 'active', given.status);
        if (before === undefined) {
          if (departed.has(mailbox)) {
            counts[isRepeated ? 'duplicates' : 'kept'] += 1;
            continue;
          }
          const subscriber = newSubscriber(factsOf(person, status, given, key), newId);
          added.push(subscriber);
          known.set(mailbox, subscriber);
          counts[countOf(status)] += 1;
        } else if (hasLeft(status) && !hasLeft(before.status)) {
          ended.set(mailbox, { id: before.id, status });
          known.set(mailbox, { ...before, status });
          counts.ended += 1;
        } else if (isRepeated) counts.duplicates += 1;
        else counts[hasLeft(before.status) ? 'kept' : 'already'] += 1;
      }
      // In the order of the index, which is quicker than any other.
      await insert(added.toSorted((a, b) => (a.address < b.address ? -1 : 1)));
      await storeEnded(db, lines, ended, given.at);
    },
  };
}

async function storeEnded(
  db: Database,
  lines: ImportLines,
  ended: ReadonlyMap<string, { readonly id: string; readonly status: DepartedStatus }>,
  at: string,
): Promise<void> {
  for (const status of ['unsubscribed', 'bounced', 'complained'] as const) {
    const of = [...ended].filter(([, end]) => end.status === status);
    if (of.length === 0) continue;
    const ids = of.map(([, { id }]) => id);
    await setStatuses(db, ids, status, at);
    await lines.noteEnded(
      of.map(([mailbox]) => mailbox),
      status,
    );
  }
}

function countOf(status: SubscriptionStatus): 'added' | 'pending' | 'left' {
  if (hasLeft(status)) return 'left';
  return status === 'pending' ? 'pending' : 'added';
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
