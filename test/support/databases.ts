import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test as testOnce } from 'node:test';
import { type PostgresServer, runSql, startPostgres, TEMPLATE } from './postgres-server.ts';

/** The databases that everything has to work on alike. */
export const DATABASES = ['SQLite', 'PostgreSQL'] as const;

export type DatabaseName = (typeof DATABASES)[number];

type Work = (t: TestContext, database: DatabaseName) => void | Promise<void>;

const databaseOfTest = new WeakMap<TestContext, DatabaseName>();

/**
 * `test` of `node:test`, once on each database: `openPaper(t)` and `databaseUrl(t)` give those of
 * the database that the test is called for.
 */
export function test(name: string, options: { readonly timeout?: number }, work: Work): void;
export function test(name: string, work: Work): void;
export function test(name: string, first: { readonly timeout?: number } | Work, last?: Work): void {
  const [options, work] = typeof first === 'function' ? [{}, first] : [first, last];
  for (const database of DATABASES) {
    void testOnce(`${name} (${database})`, options, async (t) => {
      databaseOfTest.set(t, database);
      await work?.(t, database);
    });
  }
}

/** The database that `t` is to run on; SQLite where a test does not care. */
export function databaseOf(t: TestContext): DatabaseName {
  return databaseOfTest.get(t) ?? 'SQLite';
}

/**
 * The URL of a new database, gone when the test ends: of PostgreSQL with the newest tables, unless
 * it is to be `bare`; of SQLite a file in `folder` that is not made yet.
 */
export async function newDatabase(
  t: TestContext,
  options: { readonly on?: DatabaseName; readonly bare?: boolean; readonly folder?: string } = {},
): Promise<string> {
  const {
    on = databaseOf(t),
    bare = false,
    folder = on === 'SQLite' ? newFolder(t) : '',
  } = options;
  if (on === 'SQLite') return `sqlite:${join(folder, 'paper.db')}`;
  const server = await serverUrl();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await runSql(
    server,
    'postgres',
    `create database ${name} template ${bare ? 'template0' : TEMPLATE}`,
  );
  t.after(() => runSql(server, 'postgres', `drop database if exists ${name} with (force)`));
  if (!bare) await runSql(server, name, NEW_IDENTITY);
  return server + name;
}

/** A copy has the identity of what it was copied from; these are no copies. */
const NEW_IDENTITY = `update identity set id = gen_random_uuid(),
  hash_key = encode(sha256(gen_random_uuid()::text::bytea), 'base64')`;

function newFolder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'broadsheet-store-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
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
