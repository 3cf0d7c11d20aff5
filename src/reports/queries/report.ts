import { type SqlBool, sql } from 'kysely';
import type { DeliveryState, Severity, SubscriptionEventKind } from '../../database/states.ts';
import type { Database } from '../../database/tables.ts';

// All queries of reports. Each reads the rows of one edition, or of one newsletter since a day, once, and
// groups them in the database. No address and no id of a subscriber leaves it.

/** Deliveries of an edition with the same outcome at the same domain. */
export interface OutcomeGroup {
  readonly domain: string;
  readonly state: DeliveryState;
  /** The class of the last refusal. Null if there was none. */
  readonly replyClass: string | null;
  /** If it was returned after a relay had accepted it. */
  readonly returnedAs: Severity | null;
  readonly count: number;
}

/** The outcomes of the edition's deliveries, by domain. */
export async function outcomesOf(db: Database, edition: string): Promise<readonly OutcomeGroup[]> {
  const rows = await db
    .selectFrom('deliveries')
    .select(['domain', 'state', 'reply_class', 'returned_as'])
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('edition', '=', edition)
    .groupBy(['domain', 'state', 'reply_class', 'returned_as'])
    .execute();
  return rows.map(({ domain, state, reply_class, returned_as, count }) => ({
    ...{ domain, state, replyClass: reply_class, returnedAs: returned_as, count: Number(count) },
  }));
}

/** How many messages of the edition relays accepted in each minute (`2026-03-20T07:00`), oldest first. */
export async function acceptedByMinute(
  db: Database,
  edition: string,
): Promise<readonly { readonly minute: string; readonly count: number }[]> {
  const rows = await db
    .selectFrom('deliveries')
    .select(sql<string>`substr(changed_at, 1, 16)`.as('minute'))
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('edition', '=', edition)
    .where('state', '=', 'accepted')
    .groupBy(sql`1`)
    .orderBy(sql`1`)
    .execute();
  return rows.map(({ minute, count }) => ({ minute, count: Number(count) }));
}

/** Complaints that came after `since` and are about the edition, by domain. */
export async function complaintsAbout(
  db: Database,
  edition: string,
  since: string,
): Promise<readonly { readonly domain: string; readonly count: number }[]> {
  const rows = await db
    .selectFrom('feedback as f')
    .innerJoin('deliveries as d', 'd.id', 'f.delivery')
    .select('d.domain')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('f.kind', '=', 'complaint')
    .where('f.at', '>=', since)
    .where('d.edition', '=', edition)
    .groupBy('d.domain')
    .execute();
  return rows.map(({ domain, count }) => ({ domain, count: Number(count) }));
}

/** Events after which somebody gets editions. */
export const STARTS = ['joined', 'confirmed', 'undone', 'restored', 'resumed'] as const;

/** Events after which somebody gets none. */
const ENDS = ['left', 'bounced', 'complained', 'paused', 'erased', 'merged'] as const;

export type ChangeKind = (typeof STARTS)[number] | (typeof ENDS)[number];

/** Events that leave it as it was for somebody who gets editions. */
const STAYS: readonly SubscriptionEventKind[] = ['moved', 'asked'];

/**
 * How many subscriptions of the newsletter began or ended on each day (UTC), from `since` on and before
 * `until`. Who got no editions before does not end: an import of people who had left counts nothing.
 */
export async function changesByDay(
  db: Database,
  newsletter: string,
  { since, until }: { readonly since: string; readonly until?: string | undefined },
): Promise<readonly { readonly day: string; readonly kind: ChangeKind; readonly count: number }[]> {
  // Subscriptions of old databases have no lines before this one, and were active.
  const wasActive = sql<SqlBool>`coalesce((select before.kind from subscription_events as before
    where before.subscriber = e.subscriber and before.id < e.id order by before.id desc limit 1),
    case when e.source like 'import %' then 'left' else 'joined' end)
    in (${sql.join([...STARTS, ...STAYS])})`;
  let query = db
    .selectFrom('subscription_events as e')
    .select(['e.kind', sql<string>`substr(e.at, 1, 10)`.as('day')])
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('e.newsletter', '=', newsletter)
    .where('e.at', '>=', since)
    .where(({ or, and, eb }) =>
      or([eb('e.kind', 'in', STARTS), and([eb('e.kind', 'in', ENDS), wasActive])]),
    )
    .groupBy(['e.kind', sql`2`])
    .orderBy(sql`2`);
  if (until !== undefined) query = query.where('e.at', '<', until);
  const rows = await query.execute();
  return rows.map(({ day, kind, count }) => ({
    ...{ day, kind: kind as ChangeKind, count: Number(count) },
  }));
}

/** An edition that was sent, without its bodies. */
export interface SentEdition {
  readonly id: string;
  readonly newsletter: string;
  readonly day: string;
  readonly subject: string;
  /** ISO 8601 instants. */
  readonly plannedAt: string;
  readonly cancelledAt?: string;
}

/** The newsletter's last editions that were sent up to `until` (ISO 8601 instant), newest first. */
export async function lastEditions(
  db: Database,
  newsletter: string,
  { until, limit }: { readonly until: string; readonly limit: number },
): Promise<readonly SentEdition[]> {
  const rows = await db
    .selectFrom('editions')
    .select(['id', 'newsletter', 'day', 'subject', 'planned_at', 'cancelled_at'])
    .where('newsletter', '=', newsletter)
    .where('planned_at', '<=', until)
    .orderBy('planned_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ planned_at, cancelled_at, ...row }) => ({
    ...{ ...row, plannedAt: planned_at ?? '', cancelledAt: cancelled_at ?? undefined },
  }));
}

/** When the newsletter's next edition after `plannedAt` was sent. Undefined if none was. */
export async function nextPlannedAt(
  db: Database,
  newsletter: string,
  plannedAt: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('editions')
    .select('planned_at')
    .where('newsletter', '=', newsletter)
    .where('planned_at', '>', plannedAt)
    .orderBy('planned_at')
    .limit(1)
    .executeTakeFirst();
  return row?.planned_at ?? undefined;
}

/** Ids of the newsletter's editions that were sent between the two instants and have no report yet. */
export async function editionsToReport(
  db: Database,
  newsletter: string,
  { since, until }: { readonly since: string; readonly until: string },
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('editions')
    .select('id')
    .where('newsletter', '=', newsletter)
    .where('planned_at', '>=', since)
    .where('planned_at', '<=', until)
    .where('reported_at', 'is', null)
    .orderBy('planned_at')
    .execute();
  return rows.map(({ id }) => id);
}

/** Marks an edition as reported. False if it is already. */
export async function markReported(db: Database, edition: string, at: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('editions')
    .set({ reported_at: at })
    .where('id', '=', edition)
    .where('reported_at', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}
