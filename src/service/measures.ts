import { sql } from 'kysely';
import type { Database } from '../database/tables.ts';

// Database counts for metrics. The queries change nothing, and large tables are counted from an index.

/** A count of one kind. */
export interface Count {
  readonly of: string;
  readonly state: string;
  readonly count: number;
}

/** Subscriptions by newsletter and status. */
export async function countSubscriptions(db: Database): Promise<readonly Count[]> {
  const rows = await db
    .selectFrom('subscribers')
    .select(['newsletter as of', 'status as state', counted])
    .groupBy(['newsletter', 'status'])
    .execute();
  return rows.map(toCount);
}

/** Deliveries of the edition by state. */
export async function countDeliveries(db: Database, edition: string): Promise<readonly Count[]> {
  const rows = await db
    .selectFrom('deliveries')
    .select(['edition as of', 'state', counted])
    .where('edition', '=', edition)
    .groupBy(['edition', 'state'])
    .execute();
  return rows.map(toCount);
}

/** The newsletter's edition that was planned last. */
export async function newestPlanned(
  db: Database,
  newsletter: string,
): Promise<{ readonly id: string; readonly plannedAt: string } | undefined> {
  const row = await db
    .selectFrom('editions')
    .select(['id', 'planned_at'])
    .where('newsletter', '=', newsletter)
    .where('planned_at', 'is not', null)
    .orderBy('planned_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : { id: row.id, plannedAt: row.planned_at ?? '' };
}

/** Slots by newsletter and state. */
export async function countSlots(db: Database): Promise<readonly Count[]> {
  const rows = await db
    .selectFrom('slots')
    .select(['newsletter as of', 'state', counted])
    .groupBy(['newsletter', 'state'])
    .execute();
  return rows.map(toCount);
}

/** When the last slot of each newsletter ended well. */
export async function lastGoodSlots(db: Database): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom('slots')
    .select(['newsletter', (select) => select.fn.max<string>('changed_at').as('at')])
    .where('state', 'in', ['sent', 'skipped'])
    .groupBy('newsletter')
    .execute();
  return new Map(rows.map(({ newsletter, at }) => [newsletter, at]));
}

/** Sign-ups by state: waiting for a mail, asked, confirmed. */
export async function countSignUps(db: Database): Promise<readonly Count[]> {
  const rows = await db
    .selectFrom('sign_ups')
    .select([sql.lit('').as('of'), SIGN_UP_STATE.as('state'), counted])
    .groupBy(SIGN_UP_STATE)
    .execute();
  return rows.map(toCount);
}

const SIGN_UP_STATE = sql<string>`case when confirmed_at is not null then 'confirmed'
  when id in (select about from mails where state = 'requested') then 'waiting'
  else 'answered' end`;

/** Transactional mails by kind and state. */
export async function countMails(db: Database): Promise<readonly Count[]> {
  const rows = await db
    .selectFrom('mails')
    .select(['kind as of', 'state', counted])
    .groupBy(['kind', 'state'])
    .execute();
  return rows.map(toCount);
}

const counted = sql<number | bigint | string>`count(*)`.as('count');

function toCount(row: {
  readonly of: string;
  readonly state: string;
  readonly count: number | bigint | string;
}): Count {
  return { of: row.of, state: row.state, count: Number(row.count) };
}
