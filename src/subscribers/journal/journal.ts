import { randomUUID } from 'node:crypto';
import { noteJournalLine, readIdentity } from '../../database/identity.ts';
import type { Database, JournalTable } from '../../database/tables.ts';
import type { Departure, JournalLine, Rename, SendMark } from '../departure.ts';
import { appendJournal } from './journal-file.ts';

/** Rows for each query. This stays below every database's limit of parameters. */
const AT_ONCE = 500;

/** A line before it has an id. */
export type UnnamedLine = JournalLine extends infer Line
  ? Line extends JournalLine
    ? Omit<Line, 'id'>
    : never
  : never;

/**
 * Writes the journal lines of the transaction `db`. `work` stores them in the database with `add`. Then
 * they are written into the journal file, from which a restored backup learns. Call it as the last step:
 * the file is synced before the database, because an extra line does no harm. The lines need no memory.
 */
export async function writeJournal<T>(
  db: Database,
  journalFile: string,
  work: (add: (lines: readonly UnnamedLine[]) => Promise<void>) => Promise<T>,
): Promise<T> {
  // All ids of one transaction have the same prefix and are in order.
  const prefix = `${randomUUID()}.`;
  let last = '';
  let count = 0;
  const result = await work((lines) => {
    const named = lines.map((line): JournalLine => {
      count += 1;
      last = prefix + String(count).padStart(9, '0');
      return { ...line, id: last };
    });
    return insertJournal(db, named);
  });
  if (count === 0) return result;
  const { id: database } = await readIdentity(db);
  await noteJournalLine(db, last);
  for await (const page of linesOfTransaction(db, prefix)) {
    appendJournal(
      journalFile,
      page.map((line) => ({ ...line, database })),
    );
  }
  return result;
}

/** Stores lines of the journal as seen. Lines that are stored already do not change. */
export async function insertJournal(db: Database, lines: readonly JournalLine[]): Promise<void> {
  for (let start = 0; start < lines.length; start += AT_ONCE) {
    await db
      .insertInto('journal')
      .values(lines.slice(start, start + AT_ONCE).map(toRow))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }
}

/** Those of `ids` that this database has seen. */
export async function seenInJournal(
  db: Database,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const rows = await db
      .selectFrom('journal')
      .select('id')
      .where('id', 'in', ids.slice(start, start + AT_ONCE))
      .execute();
    for (const row of rows) seen.add(row.id);
  }
  return seen;
}

/**
 * The recorded departures for these address hashes, from the newsletter or from all newsletters: people
 * may have no row. A bounce that an editor undid does not count.
 */
export async function departuresOf(
  db: Database,
  newsletter: string,
  addressHashes: readonly string[],
): Promise<ReadonlyMap<string, Departure>> {
  if (addressHashes.length === 0) return new Map();
  const rows = await linesAbout(db, newsletter, addressHashes).orderBy('at').execute();
  const departures = new Map<string, Departure>();
  for (const row of rows) {
    const departure = toDeparture(row);
    const hash = row.address_hash ?? '';
    if (departure !== undefined) departures.set(hash, departure);
    else if (departures.get(hash)?.status === 'bounced') departures.delete(hash);
  }
  return departures;
}

/** The last departure of one person, by all hashes of their address, old ones too. */
export async function lastDeparture(
  db: Database,
  newsletter: string,
  addressHashes: readonly string[],
): Promise<Departure | undefined> {
  const departures = await departuresOf(db, newsletter, addressHashes);
  return [...departures.values()].toSorted((a, b) => (a.at < b.at ? 1 : -1))[0];
}

/** The last time when people with these hashes left themselves (not by a bounce), or were erased. */
export async function lastOwnDeparture(
  db: Database,
  newsletter: string,
  addressHashes: readonly string[],
): Promise<Departure | undefined> {
  const row = await linesAbout(db, newsletter, addressHashes)
    .where('status', '<>', 'bounced')
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && toDeparture(row);
}

/** The lines about people with these hashes, from the newsletter or from all newsletters. */
function linesAbout(db: Database, newsletter: string, addressHashes: readonly string[]) {
  return db
    .selectFrom('journal')
    .selectAll()
    .where('address_hash', 'in', addressHashes)
    .where((where) =>
      where.or([where('newsletter', '=', newsletter), where('newsletter', 'is', null)]),
    );
}

/** Whether the newsletter `from` is now called `to`, after any number of renames. */
export async function isRenamed(db: Database, from: string, to: string): Promise<boolean> {
  const names = new Set([from]);
  for (const name of names) {
    const rows = await db
      .selectFrom('journal')
      .select('renamed_to')
      .where('newsletter', '=', name)
      .where('renamed_to', 'is not', null)
      .execute();
    for (const row of rows) if (row.renamed_to !== null) names.add(row.renamed_to);
  }
  return names.has(to);
}

/** The lines whose ids begin with `prefix`, sorted by id, in pages. */
async function* linesOfTransaction(
  db: Database,
  prefix: string,
): AsyncGenerator<readonly JournalLine[]> {
  for (let after = prefix; ; ) {
    const rows = await db
      .selectFrom('journal')
      .selectAll()
      .where('id', '>', after)
      .where('id', '<', `${prefix}~`)
      .orderBy('id')
      .limit(AT_ONCE)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(toLine);
    after = last.id;
  }
}

/** All lines that this database has seen, oldest first, in pages. */
export async function* pagesOfJournal(db: Database): AsyncGenerator<readonly JournalLine[]> {
  let last = { at: '', id: '' };
  for (;;) {
    const { at, id } = last;
    const rows = await db
      .selectFrom('journal')
      .selectAll()
      .where((where) =>
        where.or([where('at', '>', at), where.and([where('at', '=', at), where('id', '>', id)])]),
      )
      .orderBy('at')
      .orderBy('id')
      .limit(AT_ONCE)
      .execute();
    yield rows.map(toLine);
    const end = rows.at(-1);
    if (end === undefined) return;
    last = end;
  }
}

/** Whether any departure is recorded. */
export async function hasDepartures(db: Database): Promise<boolean> {
  const row = await db
    .selectFrom('journal')
    .select('id')
    .where('address_hash', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

function toRow(line: JournalLine): JournalTable {
  const { id, at, kind } = line;
  const fields: Partial<Departure & SendMark & Rename> = line;
  return {
    id,
    at,
    kind,
    newsletter: fields.newsletter ?? null,
    address_hash: fields.addressHash ?? null,
    status: fields.status ?? null,
    edition: fields.edition ?? null,
    renamed_to: fields.renamedTo ?? null,
  };
}

function toLine(row: JournalTable): JournalLine {
  const { id, at, edition, renamed_to: renamedTo, address_hash: addressHash } = row;
  const departure = toDeparture(row);
  const newsletter = row.newsletter ?? '';
  if (departure !== undefined) return { id, kind: 'departure', ...departure };
  if (renamedTo !== null) return { id, kind: 'rename', newsletter, renamedTo, at };
  if (addressHash !== null) return { id, kind: 'return', newsletter, addressHash, at };
  return { id, kind: 'send', at, edition: edition ?? '' };
}

function toDeparture(row: JournalTable): Departure | undefined {
  if (row.address_hash === null || row.status === null) return undefined;
  return {
    newsletter: row.newsletter ?? undefined,
    addressHash: row.address_hash,
    status: row.status,
    at: row.at,
  };
}
