import type { ServiceDependencies } from '../delivery/send-dependencies.ts';
import type { MetricLabels, MetricName } from '../kernel/metrics.ts';
import { findHold } from '../recovery/split-brain-guard.ts';
import {
  type Count,
  countDeliveries,
  countMails,
  countSignUps,
  countSlots,
  countSubscriptions,
  lastGoodSlots,
  newestPlanned,
} from './measures.ts';

/** Scrapers wait ten seconds. A query waits much longer for a locked database. */
const PATIENCE_MS = 5000;

type GaugeName = MetricName<'gauge'>;

/** The value of one gauge. */
export interface Measure {
  readonly name: GaugeName;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/**
 * The gauges from the database: subscribers, slots, the newest editions and so on. Never throws: if the
 * database is away, or does not answer within `patienceMs`, that is the only measure.
 */
export async function measureService(
  deps: Sources,
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

function measureAll(deps: Sources): Promise<readonly Measure[][]> {
  return Promise.all([
    measureDatabase(deps),
    measureEditions(deps),
    measureSlots(deps),
    measureSite(deps),
  ]);
}

type Sources = Pick<ServiceDependencies, 'config' | 'store' | 'log'>;

async function measureDatabase(deps: Sources): Promise<Measure[]> {
  const hold = await findHold(deps);
  const subscriptions = await countSubscriptions(deps.store.db);
  return [
    measure('broadsheet_database_held', {}, hold === undefined ? 0 : 1),
    ...subscriptions.map(({ of, state, count }) =>
      measure('broadsheet_subscribers', { newsletter: of, status: state }, count),
    ),
  ];
}

async function measureEditions({ config, store }: Sources): Promise<Measure[]> {
  const measures = config.newsletters.map(async ({ id: newsletter }) => {
    const newest = await newestPlanned(store.db, newsletter);
    if (newest === undefined) return [];
    const states = await countDeliveries(store.db, newest.id);
    return [
      measure(
        'broadsheet_edition_planned_timestamp_seconds',
        { newsletter },
        secondsOf(newest.plannedAt),
      ),
      ...states.map(({ state, count }) =>
        measure('broadsheet_deliveries', { newsletter, state }, count),
      ),
    ];
  });
  return (await Promise.all(measures)).flat();
}

async function measureSlots({ store }: Sources): Promise<Measure[]> {
  const slots = await countSlots(store.db);
  const good = await lastGoodSlots(store.db);
  return [
    ...slots.map(({ of, state, count }) =>
      measure('broadsheet_slots', { newsletter: of, state }, count),
    ),
    ...[...good].map(([newsletter, at]) =>
      measure('broadsheet_slot_good_timestamp_seconds', { newsletter }, secondsOf(at)),
    ),
  ];
}

async function measureSite({ store }: Sources): Promise<Measure[]> {
  const signUps = await countSignUps(store.db);
  const mails = await countMails(store.db);
  return [
    ...signUps.map(({ state, count }) => measure('broadsheet_sign_ups', { state }, count)),
    ...mails.map(({ of, state, count }: Count) =>
      measure('broadsheet_notices', { kind: of, state }, count),
    ),
  ];
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
