import { sql } from 'kysely';
import type { Database } from '../../database/tables.ts';

/** The last sign of life: a button that they pressed, or their consent. */
const LAST_SIGN = sql<string>`coalesce(s.seen_at, s.confirmed_at, s.consent_at)`;

/**
 * When the newsletter's last edition was sent, and the `count`-th last (ISO 8601 instants). Undefined if fewer
 * were sent: then nobody got so many.
 */
export async function lastSends(
  db: Database,
  newsletter: string,
  count: number,
): Promise<{ readonly newest: string; readonly oldest: string } | undefined> {
  const planned = db
    .selectFrom('editions')
    .select('planned_at')
    .where('newsletter', '=', newsletter)
    .where('planned_at', 'is not', null)
    .orderBy('planned_at', 'desc')
    .limit(1);
  const newest = await planned.executeTakeFirst();
  const oldest = await planned.offset(count - 1).executeTakeFirst();
  if (newest?.planned_at == null || oldest?.planned_at == null) return undefined;
  return { newest: newest.planned_at, oldest: oldest.planned_at };
}

/**
 * A page of the newsletter's active subscribers who gave no sign of life since `since` (ISO 8601 instant) and
 * were not asked, by id, after the id `after`: those who got at least `editions` editions since their last sign.
 * `last`: the last id of the page. Undefined after the last page.
 */
export async function silentSubscribers(
  db: Database,
  page: {
    readonly newsletter: string;
    readonly editions: number;
    readonly since: string;
    readonly after: string;
    readonly limit: number;
  },
): Promise<{ readonly ids: readonly string[]; readonly last: string | undefined }> {
  const candidates = await db
    .selectFrom('subscribers as s')
    .select('s.id')
    .where('s.newsletter', '=', page.newsletter)
    .where('s.status', '=', 'active')
    .where('s.id', '>', page.after)
    .where('s.asked_at', 'is', null)
    .where(LAST_SIGN, '<', page.since)
    .orderBy('s.id')
    .limit(page.limit)
    .execute();
  const ids = candidates.map(({ id }) => id);
  if (ids.length === 0) return { ids, last: undefined };
  const silent = await db
    .selectFrom('deliveries as d')
    .innerJoin('subscribers as s', 's.id', 'd.subscriber')
    .select('s.id')
    .where('d.subscriber', 'in', ids)
    .where('d.state', '=', 'accepted')
    .where('d.returned_at', 'is', null)
    .whereRef('d.changed_at', '>', LAST_SIGN)
    .groupBy('s.id')
    .having((having) => having.fn.countAll(), '>=', page.editions)
    .orderBy('s.id')
    .execute();
  return { ids: silent.map(({ id }) => id), last: ids.at(-1) };
}

/** Ids of the newsletter's active subscribers who were asked up to `until` and did not answer. */
export async function unansweredSubscribers(
  db: Database,
  newsletter: string,
  { until, limit }: { readonly until: string; readonly limit: number },
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('subscribers')
    .select('id')
    .where('newsletter', '=', newsletter)
    .where('asked_at', '<=', until)
    .where('status', '=', 'active')
    .orderBy('asked_at')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}
