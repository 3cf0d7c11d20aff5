import { existsSync, statSync } from 'node:fs';
import { sql } from 'kysely';
import { isPostgres } from '../database/dialect.ts';
import type { Store } from '../database/open-store.ts';
import { balances, type DeliveryTable } from '../delivery/delivery.ts';
import { deliveryTable } from '../delivery/queries/deliveries.ts';
import { editionRows } from '../editions/queries/editions.ts';
import type { Clock } from '../kernel/clock.ts';
import { reasonOf } from '../kernel/errors.ts';
import { sqliteFile } from '../recovery/check-privacy.ts';
import { findHold } from '../recovery/split-brain-guard.ts';
import type { Config } from '../settings/config.ts';
import { clockResult } from './check-service.ts';
import { failure, ok, type Result, resultOf, warning } from './finding.ts';

/** Checks the consistency of a SQLite file, which it reads as a whole. */
export async function checkContent(store: Store): Promise<Result> {
  try {
    await store.verify();
    return ok('its file is consistent (quick_check)');
  } catch (error) {
    return failure(reasonOf(error));
  }
}

const LARGEST_WAL = 256 * 1024 ** 2;

/** Checks that the write-ahead log of a SQLite file is taken into it now and then. */
export function checkWal(config: Config): Result | undefined {
  const file = sqliteFile(config.databaseUrl);
  const wal = `${file}-wal`;
  if (file === undefined || !existsSync(wal)) return undefined;
  const { size } = statSync(wal);
  const megabytes = Math.round(size / 1024 ** 2);
  const fact = `it has ${megabytes} MB, because some program has been reading for a long time`;
  return resultOf(size > LARGEST_WAL ? [warning(fact)] : [], `it has ${megabytes} MB`, {
    remedy: 'stop programs that have the database open, such as a copy that hangs',
  });
}

/** Checks that the database may send. */
export async function checkHold(config: Config, store: Store): Promise<Result> {
  const hold = await findHold({ config, store });
  const fact = `the database ${hold?.because}; it sends nothing`;
  return resultOf(hold === undefined ? [] : [warning(fact)], 'it is not on hold', {
    remedy: '`broadsheet send` explains the risk, `broadsheet database adopt` ends the hold',
  });
}

/** Checks the connections of a PostgreSQL server, and its clock. Empty for SQLite. */
export async function checkServer(
  { db }: Store,
  clock: Clock,
): Promise<Readonly<Record<string, Result>>> {
  if (!isPostgres(db)) return {};
  const { rows } = await sql<{ version: string; most: string; used: string; now: Date }>`
    select current_setting('server_version') as version, current_setting('max_connections') as most,
      (select count(*) from pg_stat_activity where backend_type = 'client backend') as used,
      clock_timestamp() as now`.execute(db);
  const [row] = rows;
  if (row === undefined) return {};
  const { version, most, used } = row;
  const ahead = (clock().epochMilliseconds - new Date(row.now).getTime()) / 1000;
  const fact = `${used} of ${most} connections are in use`;
  return {
    server: ok(`PostgreSQL ${version}`),
    connections: resultOf(Number(used) > 0.8 * Number(most) ? [warning(fact)] : [], fact, {
      remedy: 'raise max_connections, or close programs that do not need theirs',
    }),
    clock: clockResult(ahead, 'the database server'),
  };
}

/** Adds up the deliveries of a newsletter's last edition that was sent. */
export async function checkBooks({ db }: Store, newsletter: string): Promise<Result> {
  const rows = await editionRows(db, newsletter);
  const last = rows.findLast(({ planned_at }) => planned_at !== null);
  if (last === undefined) return ok('no edition was sent yet');
  return booksResult(last.id, await deliveryTable(db, last.id));
}

/** Judges the deliveries of an edition. */
export function booksResult(edition: string, table: DeliveryTable): Result {
  const { planned, inDoubt } = table;
  const sums = Object.entries(table)
    .filter(([state, count]) => state !== 'planned' && count > 0)
    .map(([state, count]) => `${count} ${state === 'inDoubt' ? 'in doubt' : state}`);
  const fact = `${edition}: ${planned} planned, ${sums.join(', ') || 'none delivered'}`;
  if (!balances(table)) {
    const faults = [failure(`${fact}: the numbers do not add up`)];
    return resultOf(faults, '', {
      remedy: 'send nothing; restore a backup (docs/backups.md), and report it',
    });
  }
  const doubt = warning(`${fact}: whether some messages arrived is not known`);
  return resultOf(inDoubt > 0 ? [doubt] : [], fact, {
    remedy: 'run `broadsheet editions show`, then `broadsheet send --in-doubt resend` or `skip`',
  });
}
