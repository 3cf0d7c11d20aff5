import { Socket } from 'node:net';
import { Kysely, type PostgresPool, sql } from 'kysely';
import pg from 'pg';
import { explainPostgresError } from './explain-postgres-error.ts';
import type { OpenDatabase } from './open-database.ts';
import { postgresDialect } from './postgres-dialect.ts';
import type { Tables } from './tables.ts';

/** A sender uses only a few at a time: claims, group commits, results, its lease. */
const MOST_CONNECTIONS = 10;

const CONNECT_TIMEOUT_MS = 10_000;

/** PostgreSQL's number types `bigint` and `numeric`, the types of counts and sums. */
const NUMBERS: readonly number[] = [pg.types.builtins.INT8, pg.types.builtins.NUMERIC];

/**
 * Connects to the PostgreSQL server at `url`, through a pool that opens connections on demand. The first
 * query throws the errors of the URL.
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
  // If an idle connection breaks, the next query opens a new one. If it breaks between two queries of a
  // transaction, the second query fails. Neither may end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return {
    options: pool.options,
    connect: () => pool.connect(),
    async end() {
      await pool.end();
      // If the server asks for a password that `pg` does not have, `pg` leaves the socket open. The
      // program would not end before the server closes it.
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
