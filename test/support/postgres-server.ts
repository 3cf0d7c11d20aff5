import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { openStore } from '../../src/database/open-store.ts';

/** A PostgreSQL server of the tests, on this machine alone. */
export interface PostgresServer {
  /** Of the user who may do everything, without the name of a database: `postgres://...:port/`. */
  readonly url: string;
  /** Kills all of it (SIGKILL). */
  crash(): Promise<void>;
  /** Starts it again after that: the same data, the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** The database with our tables and no rows, that those of the tests are copied from. */
export const TEMPLATE = 'broadsheet_template';

/**
 * Starts a server with `TEMPLATE` in it. It ends with `stop`, and with this process, however that
 * ends: a keeper of its own process group watches over it. What it stores survives a power cut
 * where it is to be `durable`, which tests have no need of.
 */
export async function startPostgres({ durable = false } = {}): Promise<PostgresServer> {
  const password = randomBytes(12).toString('hex');
  const keeper = spawn(
    process.execPath,
    [join(import.meta.dirname, 'postgres-keeper.ts'), password, String(durable)],
    // Ctrl-C in a terminal goes to the whole group, and the keeper has to outlive us.
    { detached: true, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const exited = once(keeper, 'exit');
  const stop = async () => {
    keeper.ref();
    keeper.stdin.end();
    await exited;
  };
  const lines = createInterface({ input: keeper.stdout });
  const [port] = await Promise.race([
    once(lines, 'line') as Promise<[string]>,
    exited.then(() => Promise.reject(new Error('the server of the tests did not start'))),
  ]);
  // Whoever forgets to stop it can end all the same.
  keeper.unref();
  for (const stream of [keeper.stdin, keeper.stdout]) {
    if ('unref' in stream && typeof stream.unref === 'function') stream.unref();
  }
  const url = `postgres://broadsheet:${password}@127.0.0.1:${port}/`;
  await runSql(url, 'postgres', `create database ${TEMPLATE}`);
  await (await openStore(url + TEMPLATE)).close();
  const order = async (text: 'crash' | 'restart') => {
    keeper.stdin.write(`${text}\n`);
    await Promise.race([
      once(lines, 'line'),
      exited.then(() => Promise.reject(new Error(`the server of the tests did not ${text}`))),
    ]);
  };
  return { url, stop, crash: () => order('crash'), restart: () => order('restart') };
}

/** Runs one statement in a database of the server; `postgres` is the one that it always has. */
export async function runSql(server: string, database: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server + database });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Makes a database of the server from `template`; gives its name. */
export async function createDatabase(server: string, template: string): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await runSql(server, 'postgres', `create database ${name} template ${template}`);
  return name;
}
