import { type Kysely, sql } from 'kysely';
import { BroadsheetError, EXIT } from '../base/errors.ts';
import { firstTables } from './migrations/1-first-tables.ts';
import { ledgerForReal } from './migrations/2-ledger.ts';

/** In order, forward only; the version of a database is how many of these it has had. */
const MIGRATIONS: readonly ((db: Kysely<unknown>) => Promise<void>)[] = [
  firstTables,
  ledgerForReal,
];

interface VersionTable {
  readonly schema_version: { version: number };
}

/**
 * Brings the tables up to date, in one transaction (two programs that start at once migrate once).
 * Throws a config error that names `place` where the database is newer than the program, or is
 * another program's.
 */
export async function migrate(db: Kysely<unknown>, place: string): Promise<void> {
  // Most runs find nothing to do, and need no write lock to see that.
  if ((await versionOf(db, place)) === MIGRATIONS.length) return;
  await db.transaction().execute(async (transaction) => {
    const version = await versionOf(transaction, place);
    if (version === MIGRATIONS.length) return;
    for (const migration of MIGRATIONS.slice(version)) await migration(transaction);
    await writeVersion(transaction, version);
  });
}

async function versionOf(db: Kysely<unknown>, place: string): Promise<number> {
  const tables = await db.introspection.getTables();
  if (tables.length === 0) return 0;
  if (!tables.some((table) => table.name === 'schema_version')) {
    const remedy = 'name another file in database.url';
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
