import type { PlaceOfDatabase } from '../settings/place-of-database.ts';
import { isPostgres, lockRow } from './dialect.ts';
import type { Database, IdentityTable } from './tables.ts';

/** Which database this is. The migration that made the table made the row. */
export async function readIdentity(db: Database): Promise<IdentityTable> {
  return db.selectFrom('identity').selectAll().executeTakeFirstOrThrow();
}

/**
 * The same, kept until the transaction ends from all others who ask for it so: what was counted
 * then stays true until it is acted upon. On SQLite every transaction does that.
 */
export async function lockIdentity(db: Database): Promise<IdentityTable> {
  return lockRow(db, db.selectFrom('identity').selectAll()).executeTakeFirstOrThrow();
}

/** Why, and since when, the database sends nothing. */
export interface Hold {
  /** ISO 8601 instant. */
  readonly since: string;
  /** A sentence without its end. */
  readonly because: string;
}

/** The hold on the database's sends; undefined where there is none. */
export async function readHold(db: Database): Promise<Hold | undefined> {
  const { held_at, held_because } = await readIdentity(db);
  return held_at === null ? undefined : { since: held_at, because: held_because ?? '' };
}

/** Holds the database's sends. A hold that is on it stays, with its reason. */
export async function holdDatabase(db: Database, hold: Hold): Promise<void> {
  await db
    .updateTable('identity')
    .set({ held_at: hold.since, held_because: hold.because })
    .where('held_at', 'is', null)
    .execute();
}

/** Lets the database send again. */
export async function releaseDatabase(db: Database): Promise<void> {
  await db.updateTable('identity').set({ held_at: null, held_because: null }).execute();
}

/**
 * Lets the database send, wherever it is and whatever its journal has: its next send notes where
 * that was, and begins a journal.
 */
export async function settleAnywhere(db: Database): Promise<void> {
  await db
    .updateTable('identity')
    .set({ place: null, held_at: null, held_because: null, journal_line: null })
    .execute();
}

/** Saves where the service answers, as a sender has found out or an editor has said. */
export async function noteService(db: Database, serviceUrl: string): Promise<void> {
  await db.updateTable('identity').set({ service_url: serviceUrl }).execute();
}

/** Where the database was last told to be; undefined before its first send. */
export async function readPlace(db: Database): Promise<PlaceOfDatabase | undefined> {
  const { place } = await readIdentity(db);
  return place === null ? undefined : (JSON.parse(place) as PlaceOfDatabase);
}

/** Notes that the database is at home at `place`. */
export async function notePlace(db: Database, place: PlaceOfDatabase): Promise<void> {
  await db
    .updateTable('identity')
    .set({ place: JSON.stringify(place) })
    .execute();
}

/**
 * Notes that the journal file surely has this line: once it is synced, or in a transaction that ends
 * after it was. Not on a server, whose machines have a journal each, and none of them all lines.
 */
export async function noteJournalLine(db: Database, line: string): Promise<void> {
  if (isPostgres(db)) return;
  await db.updateTable('identity').set({ journal_line: line }).execute();
}
