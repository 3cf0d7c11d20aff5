import { type ExpressionBuilder, sql } from 'kysely';
import type { DeliveryState } from '../../database/states.ts';
import type { Database, EditionsTable, Tables } from '../../database/tables.ts';
import { isStillSubscribed } from '../../subscribers/queries/still-subscribed.ts';
import { MOST_DOUBTS } from '../delivery-events.ts';

/** An edition that some of its recipients have not got yet. */
export interface Unfinished {
  readonly edition: string;
  /** Whether an editor has to resume it; an edition that waits for a relay continues by itself. */
  readonly isPaused: boolean;
  /** Whether its deliveries were planned: sending has begun. */
  readonly isPlanned: boolean;
  /** Whether it was never sent, or has queued deliveries. */
  readonly isQueued: boolean;
  /**
   * The smallest number of doubts among its undecided deliveries in doubt; undefined if there are
   * none.
   */
  readonly fewestDoubts?: number;
  /** When the first deferred delivery is due. */
  readonly retryAt?: string;
}

const QUEUED: readonly DeliveryState[] = ['queued', 'claimed', 'submitting'];

/**
 * The newsletter's unfinished editions, oldest first: those never sent, and those made fresh since
 * `freshSince` with waiting deliveries. Excludes cancelled ones.
 */
export async function findUnfinished(
  db: Database,
  newsletter: string,
  freshSince: string,
): Promise<readonly Unfinished[]> {
  const rows = await db
    .selectFrom('editions as e')
    .select(['e.id', 'e.planned_at', 'e.paused_at', 'e.paused_by'])
    .select((select) => [
      anyIn(select, QUEUED).as('queued'),
      select
        .selectFrom('deliveries as d')
        .select((inner) => inner.fn.min('d.doubts').as('fewest'))
        .whereRef('d.edition', '=', 'e.id')
        .where('d.state', '=', 'inDoubt')
        .where('d.doubt_settled_at', 'is', null)
        .as('doubts'),
      select
        .selectFrom('deliveries as d')
        .select((inner) => inner.fn.min('d.retry_at').as('first'))
        .whereRef('d.edition', '=', 'e.id')
        .where('d.state', '=', 'deferred')
        .as('retry_at'),
    ])
    .where('e.newsletter', '=', newsletter)
    .where('e.cancelled_at', 'is', null)
    .where((where) =>
      where.or([where('e.planned_at', 'is', null), where('e.fresh_from', '>=', freshSince)]),
    )
    .orderBy('e.composed_at')
    .orderBy('e.id')
    .execute();
  return rows
    .map((row) => ({
      edition: row.id,
      isPaused: row.paused_at !== null && row.paused_by !== 'relay',
      isPlanned: row.planned_at !== null,
      isQueued: row.planned_at === null || row.queued !== null,
      fewestDoubts: row.doubts ?? undefined,
      retryAt: row.retry_at ?? undefined,
    }))
    .filter(
      ({ isQueued, fewestDoubts, retryAt }) => isQueued || (fewestDoubts ?? retryAt) !== undefined,
    );
}

/**
 * The newsletter's newest edition that failed for somebody, or, with `orRefused`, that is paused
 * because relays refused too much of it. Excludes cancelled ones.
 */
export async function findFailed(
  db: Database,
  newsletter: string,
  { orRefused = false } = {},
): Promise<string | undefined> {
  const row = await db
    .selectFrom('editions as e')
    .select('e.id')
    .where('e.newsletter', '=', newsletter)
    .where('e.cancelled_at', 'is', null)
    .where((where) =>
      where.or([
        where.exists(
          where
            .selectFrom('deliveries as d')
            .select('d.id')
            .whereRef('d.edition', '=', 'e.id')
            .where('d.state', '=', 'failed'),
        ),
        ...(orRefused ? [where('e.paused_by', '=', 'refusals')] : []),
      ]),
    )
    .orderBy('e.composed_at', 'desc')
    .orderBy('e.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}

/** Ids of the newsletter's editions that are too old, and still have waiting deliveries. */
export async function findStale(
  db: Database,
  newsletter: string,
  freshSince: string,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('editions as e')
    .select('e.id')
    .where('e.newsletter', '=', newsletter)
    .where('e.fresh_from', '<', freshSince)
    .where((where) => where(anyIn(where, ['queued', 'deferred']), 'is not', null))
    .orderBy('e.composed_at')
    .execute();
  return rows.map((row) => row.id);
}

/** Ids of the newsletter's editions with deliveries that wait, or are in doubt. */
export async function waitingIds(db: Database, newsletter: string): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('editions as e')
    .select('e.id')
    .where('e.newsletter', '=', newsletter)
    .where((where) => where(anyIn(where, [...QUEUED, 'deferred', 'inDoubt']), 'is not', null))
    .execute();
  return new Set(rows.map(({ id }) => id));
}

/**
 * 1 if a delivery of the edition `e` is in one of the states. PostgreSQL looks it up for each edition; for
 * `exists` it would read all deliveries of all editions.
 */
function anyIn(
  { selectFrom }: ExpressionBuilder<Tables & { e: EditionsTable }, 'e'>,
  states: readonly DeliveryState[],
) {
  return selectFrom('deliveries as d')
    .select(sql<number>`1`.as('one'))
    .whereRef('d.edition', '=', 'e.id')
    .where('d.state', 'in', states)
    .limit(1);
}

/** When the first of the edition's deferred deliveries is due. */
export async function nextRetry(db: Database, edition: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('deliveries')
    .select((select) => select.fn.min('retry_at').as('retry_at'))
    .where('edition', '=', edition)
    .where('state', '=', 'deferred')
    .executeTakeFirst();
  return row?.retry_at ?? undefined;
}

/** Deliveries of an edition that are in doubt, without a decision yet. */
export interface Undecided {
  readonly undecided: number;
  /** Those of them that are not sent again automatically: in doubt more than `MOST_DOUBTS` times. */
  readonly doubtedAgain: number;
}

/** How many of the edition's deliveries are in doubt, without a decision yet. */
export async function countUndecided(db: Database, edition: string): Promise<Undecided> {
  const row = await db
    .selectFrom('deliveries')
    .select((select) => [
      select.fn.countAll<number>().as('all'),
      select.fn.countAll<number>().filterWhere('doubts', '>', MOST_DOUBTS).as('again'),
    ])
    .where('edition', '=', edition)
    .where('state', '=', 'inDoubt')
    .where('doubt_settled_at', 'is', null)
    .executeTakeFirstOrThrow();
  return { undecided: Number(row.all), doubtedAgain: Number(row.again) };
}

/**
 * How many of the edition's deliveries that are not queued could go out at `now`: those due; those in doubt
 * for the `mostDoubts`-th time at most; with `failed` also the failed ones of people who are still
 * subscribed.
 */
export async function countDue(
  db: Database,
  edition: string,
  due: { readonly now: string; readonly mostDoubts: number; readonly failed: boolean },
): Promise<number> {
  const { now, mostDoubts, failed } = due;
  const row = await db
    .selectFrom('deliveries')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('edition', '=', edition)
    // For the index: the others are most of a large edition.
    .where('state', 'in', failed ? ['deferred', 'inDoubt', 'failed'] : ['deferred', 'inDoubt'])
    .where((where) =>
      where.or([
        ...(failed ? [where.and([where('state', '=', 'failed'), isStillSubscribed(where)])] : []),
        where.and([where('state', '=', 'deferred'), where('retry_at', '<=', now)]),
        where.and([
          where('state', '=', 'inDoubt'),
          where('doubt_settled_at', 'is', null),
          ...(mostDoubts === Infinity ? [] : [where('doubts', '<=', mostDoubts)]),
        ]),
      ]),
    )
    .executeTakeFirstOrThrow();
  return Number(row.count);
}
