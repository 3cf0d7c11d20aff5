import { Socket } from 'node:net';
import { Kysely, type PostgresPool, sql } from 'kysely';
import pg from 'pg';
import { explainPostgresError } from './explain-postgres-error.ts';
import type { OpenDatabase } from './open-database.ts';
import { postgresDialect } from './postgres-dialect.ts';
import type { Tables } from './tables.ts';

/** A sender uses a handful at a time: claims, group commits, verdicts, its lease. */
const MOST_CONNECTIONS = 10;

const CONNECT_TIMEOUT_MS = 10_000;

/** PostgreSQL's numbers of its types `bigint` and `numeric`, which counts and sums come as. */
const NUMBERS: readonly number[] = [pg.types.builtins.INT8, pg.types.builtins.NUMERIC];

/**
 * Connects to the PostgreSQL server at `url`, by a pool that opens connections when they are
 * needed: what is wrong with the URL is thrown by the first query.
 */
export function openPostgres(url: string, place: string): OpenDatabase {
  const pool = openPool(url);
  const explain = (error: unknown) => explainPostgresError(error, place);
  const db = new Kysely<Tables>({ dialect: postgresDialect(pool, explain) });
  return {
    db,
    place,
    claim: async () => {},
    // The server checks its own files.
    async verify() {},
    async leaseClock() {
      const { rows } = await sql<{ ms: number }>`
        select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as ms`.execute(db);
      return Temporal.Instant.fromEpochMilliseconds(rows[0]?.ms ?? Number.NaN);
    },
  };
}

function openPool(url: string): PostgresPool {
  const sockets = new Set<Socket>();
  const pool = new pg.Pool({
    application_name: 'broadsheet',
    connectionString: url,
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types: { getTypeParser },
    stream: () => openSocket(sockets),
  });
  // A connection that breaks while nobody asks anything is opened again by the next query, and one
  // that breaks between two queries of a transaction fails the second: neither may end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return {
    options: pool.options,
    connect: () => pool.connect(),
    async end() {
      await pool.end();
      // `pg` leaves one open whose server asked for a password that it has not got, and the program
      // would not end before the server is tired of waiting.
      for (const socket of sockets) socket.destroy();
    },
  };
}

function openSocket(sockets: Set<Socket>): Socket {
  const socket = new Socket();
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  return socket;
}

function getTypeParser(type: number, format?: 'text' | 'binary') {
  if (NUMBERS.includes(type)) return Number;
  return format === 'binary'
    ? pg.types.getTypeParser(type, 'binary')
    : pg.types.getTypeParser(type, 'text');
}
