import { type Kysely, sql } from 'kysely';
import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import { isPostgres, tableNames } from './dialect.ts';
import { firstTables } from './migrations/1-first-tables.ts';
import { ledgerForReal } from './migrations/2-ledger.ts';
import { scheduleSlots } from './migrations/3-schedule.ts';
import { siteRequests } from './migrations/4-site.ts';
import { countDoubts } from './migrations/5-doubts.ts';
import { oneMailboxOneKey } from './migrations/6-subscription-events.ts';
import { relayState } from './migrations/7-relay-state.ts';
import { indexQueries } from './migrations/8-indexes.ts';
import { editionsAsComposed } from './migrations/9-editions.ts';
import { dateMessages } from './migrations/10-message-dates.ts';
import { requestNetworks } from './migrations/11-request-networks.ts';
import { oneTableOfMails } from './migrations/12-mails.ts';
import { editionPages } from './migrations/13-edition-pages.ts';
import { feedback } from './migrations/14-feedback.ts';
import { reports } from './migrations/15-reports.ts';
import { hooks } from './migrations/16-hooks.ts';
import { pauses } from './migrations/17-pauses.ts';
import { deliveryIndexes } from './migrations/18-delivery-indexes.ts';

/** In order, forward only. The version of a database is the number of applied migrations. */
const MIGRATIONS: readonly ((db: Kysely<unknown>) => Promise<void>)[] = [
  firstTables,
  ledgerForReal,
  scheduleSlots,
  siteRequests,
  countDoubts,
  oneMailboxOneKey,
  relayState,
  indexQueries,
  editionsAsComposed,
  dateMessages,
  requestNetworks,
  oneTableOfMails,
  editionPages,
  feedback,
  reports,
  hooks,
  pauses,
  deliveryIndexes,
];

/** Tables that exist in every version: they identify our database. */
const OURS = ['schema_version', 'subscribers', 'editions', 'deliveries'];

/** Tables that have rows even in an unused database. */
const NEVER_EMPTY = ['schema_version', 'identity'];

/** A number that other programs with locks in the same database are unlikely to use. */
const MIGRATION_LOCK = 7_233_104_885;

/** What a database must be: one of ours, or one without any row (or without tables). */
export type Expectation = 'existing' | 'empty';

interface VersionTable {
  readonly schema_version: { version: number };
}

/**
 * Brings the tables up to date, in one transaction and under a lock (programs that start at the same time
 * migrate once). Calls `claim` before, when it is sure that the database is ours. Throws a config error
 * that names `place` if the database is newer than the program, or belongs to another program, and a
 * usage error if it is not as expected. Then nothing is changed.
 */
export async function migrate(
  db: Kysely<unknown>,
  options: {
    readonly place: string;
    claim(): Promise<void>;
    readonly expected?: Expectation | undefined;
  },
): Promise<void> {
  const { place, claim, expected } = options;
  const found = await versionOf(db, place);
  if (expected === 'existing' && found === 0) {
    const remedy = 'name the database that database.url names';
    throw new BroadsheetError(EXIT.usage, `${place}  has no tables of Broadsheet; ${remedy}`);
  }
  if (expected === 'empty' && found > 0) await refuseRows(db, place);
  await claim();
  // Most runs find nothing to do, and need no write lock to see that.
  if (found === MIGRATIONS.length) return;
  await db.transaction().execute(async (transaction) => {
    if (isPostgres(db)) {
      await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK}::bigint)`.execute(transaction);
    }
    const version = await versionOf(transaction, place);
    if (version === MIGRATIONS.length) return;
    for (const migration of MIGRATIONS.slice(version)) await migration(transaction);
    await writeVersion(transaction, version);
  });
}

async function versionOf(db: Kysely<unknown>, place: string): Promise<number> {
  const tables = await tableNames(db);
  if (tables.length === 0) return 0;
  // Other tables beside ours are fine. Tables without ours belong to another program.
  if (!OURS.every((table) => tables.includes(table))) {
    const remedy = isPostgres(db)
      ? 'name an empty database, or a schema of its own by ?options=-csearch_path%3Dbroadsheet'
      : 'name another file in database.url';
    throw new BroadsheetError(EXIT.config, `${place}  is another program's database; ${remedy}`);
  }
  const row = await versions(db).selectFrom('schema_version').select('version').executeTakeFirst();
  const version = row?.version ?? 0;
  if (version > MIGRATIONS.length) {
    const fact = `has tables of version ${version}, and this Broadsheet knows ${MIGRATIONS.length}`;
    throw new BroadsheetError(EXIT.config, `${place}  ${fact}; use a newer Broadsheet`);
  }
  return version;
}

async function refuseRows(db: Kysely<unknown>, place: string): Promise<void> {
  for (const table of await tableNames(db)) {
    if (NEVER_EMPTY.includes(table)) continue;
    const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(db);
    if (rows.length === 0) continue;
    const remedy = 'name a new database; nothing was changed';
    throw new BroadsheetError(EXIT.usage, `${place}  is not empty (${table} has rows); ${remedy}`);
  }
}

async function writeVersion(db: Kysely<unknown>, before: number): Promise<void> {
  const version = MIGRATIONS.length;
  if (before > 0) {
    await versions(db).updateTable('schema_version').set({ version }).execute();
    return;
  }
  await sql`create table schema_version (version integer not null)`.execute(db);
  await versions(db).insertInto('schema_version').values({ version }).execute();
}

function versions(db: Kysely<unknown>): Kysely<VersionTable> {
  return db as Kysely<VersionTable>;
}
