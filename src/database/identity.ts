import { sql } from 'kysely';
import type { PlaceOfDatabase } from '../settings/place-of-database.ts';
import { isPostgres, lockRow } from './dialect.ts';
import type { Database, IdentityTable } from './tables.ts';

/** The identity of this database. The migration that made the table also made the row. */
export async function readIdentity(db: Database): Promise<IdentityTable> {
  return db.selectFrom('identity').selectAll().executeTakeFirstOrThrow();
}

/**
 * The same, locked until the transaction ends against all others that lock it. Counts stay true until the
 * transaction has used them. On SQLite every transaction does that.
 */
export async function lockIdentity(db: Database): Promise<IdentityTable> {
  return lockRow(db, db.selectFrom('identity').selectAll()).executeTakeFirstOrThrow();
}

/** Any number that nothing else locks. */
const REQUESTS_LOCK = 7_305_112_446;

/**
 * Waits for all other transactions that count what forms requested, until this one ends. Another lock
 * than that of the identity: a form does not wait while it is decided who gets a mail.
 */
export async function lockRequests(db: Database): Promise<void> {
  if (!isPostgres(db)) return;
  await sql`select pg_advisory_xact_lock(${REQUESTS_LOCK}::bigint)`.execute(db);
}

/** Why, and since when, the database is on hold. */
export interface Hold {
  /** ISO 8601 instant. */
  readonly since: string;
  /** A sentence without its full stop. */
  readonly because: string;
}

/** The hold of the database; undefined if it is not on hold. */
export async function readHold(db: Database): Promise<Hold | undefined> {
  const { held_at, held_because } = await readIdentity(db);
  return held_at === null ? undefined : { since: held_at, because: held_because ?? '' };
}

/** Puts the database on hold. An existing hold stays, with its reason. */
export async function holdDatabase(db: Database, hold: Hold): Promise<void> {
  await db
    .updateTable('identity')
    .set({ held_at: hold.since, held_because: hold.because })
    .where('held_at', 'is', null)
    .execute();
}

/** Ends the hold. */
export async function releaseDatabase(db: Database): Promise<void> {
  await db.updateTable('identity').set({ held_at: null, held_because: null }).execute();
}

/**
 * Ends the hold, at any location and with any journal. The next send saves the location and starts a
 * journal.
 */
export async function settleAnywhere(db: Database): Promise<void> {
  await db
    .updateTable('identity')
    .set({ place: null, held_at: null, held_because: null, journal_line: null })
    .execute();
}

/** Saves the address at which the service answers, as a sender found or an editor confirmed. */
export async function noteService(db: Database, serviceUrl: string): Promise<void> {
  await db.updateTable('identity').set({ service_url: serviceUrl }).execute();
}

/** The saved location of the database; undefined before its first send. */
export async function readPlace(db: Database): Promise<PlaceOfDatabase | undefined> {
  const { place } = await readIdentity(db);
  return place === null ? undefined : (JSON.parse(place) as PlaceOfDatabase);
}

/** Saves `place` as the location of the database. */
export async function notePlace(db: Database, place: PlaceOfDatabase): Promise<void> {
  await db
    .updateTable('identity')
    .set({ place: JSON.stringify(place) })
    .execute();
}

/**
 * Records a line that is surely in the journal file: call it after the line is synced, or in a
 * transaction that ends after the sync. Not for a database on a server: there each machine has its own
 * journal, and none has all lines.
 */
export async function noteJournalLine(db: Database, line: string): Promise<void> {
  if (isPostgres(db)) return;
  await db.updateTable('identity').set({ journal_line: line }).execute();
}
