import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/tables.ts';
import { stateCounts } from '../delivery/queries/deliveries.ts';
import type { ServiceDependencies } from '../delivery/send-dependencies.ts';
import { METRICS, type MetricLabels, type MetricName } from '../kernel/metrics.ts';
import { findHold } from '../recovery/split-brain-guard.ts';

/** Scrapers wait ten seconds. A query waits much longer for a locked database. */
const PATIENCE_MS = 5000;

type GaugeName = MetricName<'gauge'>;

/** The value of one gauge. */
export interface Measure {
  readonly name: GaugeName;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

type Dependencies = Pick<ServiceDependencies, 'config' | 'store' | 'log'>;

/**
 * The gauges from the database: subscribers, slots, the newest editions and so on. Changes nothing. Never
 * throws: if the database is away, or does not answer within `patienceMs`, that is the only measure.
 */
export async function measureService(
  deps: Dependencies,
  patienceMs = PATIENCE_MS,
): Promise<readonly Measure[]> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`the database has not answered in ${patienceMs} ms`)),
    patienceMs,
  );
  try {
    const measures = await Promise.race([measureAll(deps), late]);
    return [measure('broadsheet_database_up', {}, 1), ...measures.flat()];
  } catch (error) {
    deps.log.failure('the database could not be queried for metrics', error);
    return [measure('broadsheet_database_up', {}, 0)];
  } finally {
    clearTimeout(timer);
  }
}

/** Waiting for a mail, asked, confirmed. */
const SIGN_UPS = sql`(select case when confirmed_at is not null then 'confirmed'
  when id in (select about from mails where state = 'requested') then 'waiting'
  else 'answered' end as state from sign_ups) as s`;

function measureAll(deps: Dependencies): Promise<readonly (readonly Measure[])[]> {
  const { db } = deps.store;
  return Promise.all([
    measureHold(deps),
    countRows(db, 'broadsheet_subscribers', sql.table('subscribers')),
    ...deps.config.newsletters.map(({ id }) => measureNewestEdition(db, id)),
    countRows(db, 'broadsheet_slots', sql.table('slots')),
    measureGoodSlots(db),
    countRows(db, 'broadsheet_sign_ups', SIGN_UPS),
    countRows(db, 'broadsheet_notices', sql.table('mails')),
    countRows(db, 'broadsheet_feedback', sql.table('feedback')),
    countRows(db, 'broadsheet_hook_events', sql.table('hook_events')),
  ]);
}

/** How many of the rows there are, by the labels of the gauge: they are columns. */
async function countRows(
  db: Database,
  name: GaugeName,
  rows: RawBuilder<unknown>,
): Promise<readonly Measure[]> {
  const columns = METRICS[name].labels;
  const by = sql.join(columns.map((column) => sql.ref(column)));
  const counted = await sql<Record<string, string> & { readonly count: number | bigint | string }>`
    select ${by}, count(*) as "count" from ${rows} group by ${by}`.execute(db);
  return counted.rows.map(({ count, ...labels }) => {
    return { name, labels, value: Number(count) };
  });
}

async function measureHold(deps: Dependencies): Promise<readonly Measure[]> {
  const hold = await findHold(deps);
  return [measure('broadsheet_database_held', {}, hold === undefined ? 0 : 1)];
}

/** Of the newsletter's edition that was planned last: when, and its deliveries. */
async function measureNewestEdition(db: Database, newsletter: string): Promise<readonly Measure[]> {
  const newest = await db
    .selectFrom('editions')
    .select(['id', 'planned_at', 'planned'])
    .where('newsletter', '=', newsletter)
    .where('planned_at', 'is not', null)
    .orderBy('planned_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (newest === undefined) return [];
  const planned = secondsOf(newest.planned_at ?? '');
  const counts = await stateCounts(db, newest.id, newest.planned);
  return [
    measure('broadsheet_edition_planned_timestamp_seconds', { newsletter }, planned),
    ...[...counts].map(([state, count]) =>
      measure('broadsheet_deliveries', { newsletter, state }, count),
    ),
  ];
}

/** When the last slot of each newsletter ended well. */
async function measureGoodSlots(db: Database): Promise<readonly Measure[]> {
  const rows = await db
    .selectFrom('slots')
    .select(['newsletter', (select) => select.fn.max<string>('changed_at').as('at')])
    .where('state', 'in', ['sent', 'skipped'])
    .groupBy('newsletter')
    .execute();
  return rows.map(({ newsletter, at }) =>
    measure('broadsheet_slot_good_timestamp_seconds', { newsletter }, secondsOf(at)),
  );
}

function measure<Name extends GaugeName>(
  name: Name,
  labels: MetricLabels<Name>,
  value: number,
): Measure {
  return { name, labels, value };
}

function secondsOf(instant: string): number {
  return Temporal.Instant.from(instant).epochMilliseconds / 1000;
}
