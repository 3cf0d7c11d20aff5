import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test as testOnce } from 'node:test';
import { cleanUpAfter } from './clean-up-after.ts';
import {
  createDatabase,
  type PostgresServer,
  runSql,
  startPostgres,
  TEMPLATE,
} from './postgres-server.ts';

/** The databases that everything has to work on alike. */
export const DATABASES = ['SQLite', 'PostgreSQL'] as const;

export type DatabaseName = (typeof DATABASES)[number];

type Work = (t: TestContext, database: DatabaseName) => void | Promise<void>;

const databaseOfTest = new WeakMap<TestContext, DatabaseName>();

/** The database of `test`: PostgreSQL in the second of `.ci/run`'s rounds, which the first did on SQLite. */
const ONE = DATABASES.find((name) => name === process.env.BROADSHEET_TEST_DATABASE) ?? 'SQLite';

/**
 * `test` of `node:test` on a database of its own: `openTestSite(t)` and `databaseUrl(t)` give it. SQLite,
 * or `BROADSHEET_TEST_DATABASE`.
 */
export function test(name: string, work: Work): void {
  testOn(ONE, name, work);
}

/** `test`, once on each database: for queries, and for what a sender may never get wrong. */
export function testOnBoth(name: string, work: Work): void {
  for (const database of DATABASES) testOn(database, name, work);
}

function testOn(database: DatabaseName, name: string, work: Work): void {
  void testOnce(`${name} (${database})`, async (t) => {
    databaseOfTest.set(t, database);
    await work(t, database);
  });
}

/** The database that `t` is to run on; SQLite where a test does not care. */
export function databaseOf(t: TestContext): DatabaseName {
  return databaseOfTest.get(t) ?? 'SQLite';
}

/**
 * The URL of a database without a row, the test's own: of PostgreSQL with the newest tables, unless
 * it is to be `bare`; of SQLite a file in `folder` that is not made yet. A test that changes tables
 * needs a bare one: others are used again.
 */
export async function newDatabase(
  t: TestContext,
  options: { readonly on?: DatabaseName; readonly bare?: boolean; readonly folder?: string } = {},
): Promise<string> {
  const { on = databaseOf(t), bare = false } = options;
  if (on === 'SQLite') return `sqlite:${join(options.folder ?? newFolder(t), 'paper.db')}`;
  const server = await serverUrl();
  if (bare) {
    const name = await createDatabase(server, 'template0');
    cleanUpAfter(t, () =>
      runSql(server, 'postgres', `drop database if exists ${name} with (force)`),
    );
    return server + name;
  }
  const name = idle.pop() ?? (await createDatabase(server, TEMPLATE));
  await runSql(server, name, EMPTY);
  cleanUpAfter(t, () => void idle.push(name));
  return server + name;
}

/** Databases of this process that no test uses now: making one takes ten times as long as emptying it. */
const idle: string[] = [];

/** Ends what an earlier test left connected, takes all rows, and makes it another database by identity. */
const EMPTY = `
  select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid();
  do $$ declare name text; begin
    set local session_replication_role = replica;
    for name in select tablename from pg_tables
      where schemaname = 'public' and tablename not in ('schema_version', 'identity')
    loop execute format('delete from %I', name); end loop;
  end $$;
  update identity set id = gen_random_uuid(), place = null, held_at = null, held_because = null, journal_line = null, service_url = null,
    hash_key = encode(sha256(gen_random_uuid()::text::bytea), 'base64')`;

/** A folder that is gone when the test ends. */
export function newFolder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'broadsheet-store-'));
  cleanUpAfter(t, () => rmSync(path, { recursive: true, force: true }));
  return path;
}

let own: Promise<PostgresServer> | undefined;

/** The server of the whole run, or, in a file that is run by itself, one of its own. */
export async function serverUrl(): Promise<string> {
  const shared = process.env.BROADSHEET_TEST_POSTGRES;
  if (shared !== undefined) return shared;
  own ??= startPostgres();
  return (await own).url;
}

after(async () => {
  await (await own)?.stop();
});
