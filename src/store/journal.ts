import type { Departure, JournalEntry, JournalLine } from '../model/departure.ts';
import type { Database, JournalTable } from './tables.ts';

/** Rows that are stored by one query, under every database's limit of parameters. */
const AT_ONCE = 500;

/** Notes lines of the journal as seen; those that are noted already stay as they are. */
export async function insertJournal(db: Database, entries: readonly JournalEntry[]): Promise<void> {
  for (let start = 0; start < entries.length; start += AT_ONCE) {
    await db
      .insertInto('journal')
      .values(entries.slice(start, start + AT_ONCE).map(toRow))
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
 * The departures on record of people with these address hashes: of the newsletter, or of all. For
 * whoever comes by import and has no row.
 */
export async function departuresOf(
  db: Database,
  newsletter: string,
  addressHashes: readonly string[],
): Promise<ReadonlyMap<string, Departure>> {
  if (addressHashes.length === 0) return new Map();
  const rows = await db
    .selectFrom('journal')
    .selectAll()
    .where('address_hash', 'in', addressHashes)
    .where((where) =>
      where.or([where('newsletter', '=', newsletter), where('newsletter', 'is', null)]),
    )
    .orderBy('at')
    .execute();
  const departures = rows.map(toDeparture).filter((departure) => departure !== undefined);
  return new Map(departures.map((departure) => [departure.addressHash, departure]));
}

/** All lines that this database has seen, the oldest first, a page at a time. */
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

/** Whether anybody at all is on record as having left. */
export async function hasDepartures(db: Database): Promise<boolean> {
  const row = await db
    .selectFrom('journal')
    .select('id')
    .where('address_hash', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

function toRow(entry: JournalEntry): JournalTable {
  const { id, at, kind } = entry;
  if (entry.kind === 'send') {
    const { edition } = entry;
    return { id, at, kind, edition, newsletter: null, address_hash: null, status: null };
  }
  const { newsletter = null, addressHash, status } = entry;
  return { id, at, kind, edition: null, newsletter, address_hash: addressHash, status };
}

function toLine(row: JournalTable): JournalLine {
  const { id, at, edition } = row;
  const departure = toDeparture(row);
  if (departure !== undefined) return { id, kind: 'departure', ...departure };
  return { id, kind: 'send', at, edition: edition ?? '' };
}

function toDeparture(row: JournalTable): Departure | undefined {
  if (row.address_hash === null || row.status === null) return undefined;
  return {
    ...(row.newsletter === null ? {} : { newsletter: row.newsletter }),
    addressHash: row.address_hash,
    status: row.status,
    at: row.at,
  };
}
