import { addressKey } from '../model/email-address.ts';
import { hasLeft, type Subscriber, type SubscriptionStatus } from '../model/subscriber.ts';
import { storedInstant } from '../store/instants.ts';
import { findSubscribers, insertSubscribers, setStatus } from '../store/subscribers.ts';
import type { Database } from '../store/tables.ts';
import { findNewsletter } from './find-newsletter.ts';
import type { StoreDependencies } from './mail-dependencies.ts';
import { newSubscriber } from './new-subscriber.ts';
import { EMAIL_COLUMNS, type ImportedPerson, parseImportRow } from './parse-import-row.ts';
import { readImportRows } from './read-import-rows.ts';

export interface ImportOptions {
  readonly newsletter?: string;
  /** Name of the source for the record of consent and for messages: the file's path. */
  readonly source: string;
  /** A file stream, or standard input. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Of people whose status the file does not tell. Default: active. */
  readonly status?: 'active' | 'pending';
  /** Reads and counts, stores nothing. */
  readonly dryRun?: boolean;
}

/** Every line that was read is counted once in the others. */
export interface ImportReport {
  readonly newsletter: string;
  /** Lines with something on them, the header not counted. */
  readonly read: number;
  readonly added: number;
  /** Known already, and left as they were. */
  readonly already: number;
  /** Left, bounced or complained, as we knew or as the file says: they are kept away. */
  readonly kept: number;
  /** Active ones that the file says have left. */
  readonly ended: number;
  /** Said a second time in the same file. */
  readonly duplicates: number;
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
}

type Counts = { -readonly [Key in keyof Omit<ImportReport, 'newsletter' | 'refused'>]: number };

/** People who are looked up and stored by one query each, under every database's limits. */
const AT_ONCE = 500;

/** Thrown to take back what a dry run wrote. */
const TAKE_BACK = Symbol('take back');

/**
 * Reads a CSV file (with a header row that has an `email` column) or a list of addresses, one a
 * line, and stores them in one transaction: the lines that are refused are named, the others go in;
 * when anything else fails, nothing does. Nobody who left is made active by it.
 */
export async function importSubscribers(
  { config, store, clock, log }: StoreDependencies,
  options: ImportOptions,
): Promise<ImportReport> {
  const newsletter = findNewsletter(config, options.newsletter).id;
  const counts: Counts = { read: 0, added: 0, already: 0, kept: 0, ended: 0, duplicates: 0 };
  const refused: { line: number; reason: string }[] = [];
  const seen = new Set<string>();
  const at = storedInstant(clock());
  const { status = 'active', source, bytes } = options;

  async function importAll(db: Database): Promise<void> {
    let people: ImportedPerson[] = [];
    const flush = async () => {
      const given = { newsletter, status, source: `import ${source}`, at };
      await importSome(db, people, given, counts, seen);
      people = [];
    };
    for await (const row of readImportRows(bytes, source, EMAIL_COLUMNS)) {
      counts.read += 1;
      const person = parseImportRow(row, newsletter);
      if ('reason' in person) refused.push({ line: row.line, reason: person.reason });
      else people.push(person);
      if (people.length === AT_ONCE) await flush();
      if (counts.read % AT_ONCE === 0) log.detail(`${counts.read} lines read`);
    }
    await flush();
    if (options.dryRun) throw TAKE_BACK;
  }

  await store.transaction(importAll).catch((error: unknown) => {
    if (error !== TAKE_BACK) throw error;
  });
  return { newsletter, ...counts, refused };
}

/** What an import says of people who say nothing themselves. */
interface Given {
  readonly newsletter: string;
  readonly status: SubscriptionStatus;
  readonly source: string;
  readonly at: string;
}

async function importSome(
  db: Database,
  people: readonly ImportedPerson[],
  given: Given,
  counts: Counts,
  seen: Set<string>,
): Promise<void> {
  const addresses = people.map(({ address }) => address);
  const known = new Map(await findSubscribers(db, given.newsletter, addresses));
  const added: Subscriber[] = [];
  const ended: { readonly id: string; readonly status: SubscriptionStatus }[] = [];
  for (const person of people) {
    const key = addressKey(person.address);
    const before = known.get(key);
    const { status = given.status } = person;
    const isRepeated = seen.has(key);
    seen.add(key);
    if (before === undefined) {
      const subscriber = newSubscriber({ ...given, ...person, status });
      const { consent = subscriber.consent } = person;
      added.push({ ...subscriber, consent });
      known.set(key, subscriber);
      counts[hasLeft(status) ? 'kept' : 'added'] += 1;
    } else if (hasLeft(status) && !hasLeft(before.status)) {
      ended.push({ id: before.id, status });
      known.set(key, { ...before, status });
      counts.ended += 1;
    } else if (isRepeated) counts.duplicates += 1;
    else counts[hasLeft(before.status) ? 'kept' : 'already'] += 1;
  }
  await insertSubscribers(db, added);
  for (const { id, status } of ended) await setStatus(db, id, status, given.at);
}
