import type { Database } from '../../database/tables.ts';
import type { RelayUse } from '../relay-quota.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The relay's use, as far as it counts at `now`. Read it in the transaction that adds to it. */
export async function readUse(db: Database, relay: string, now: number): Promise<RelayUse> {
  const sumSince = async (since: number) => {
    const row = await db
      .selectFrom('relay_usage')
      .select((select) => select.fn.sum<number | null>('messages').as('sum'))
      .where('relay', '=', relay)
      .where('minute', '>', minuteOf(since))
      .executeTakeFirst();
    return Number(row?.sum ?? 0);
  };
  const row = await db
    .selectFrom('relays')
    .select('next_at')
    .where('id', '=', relay)
    .executeTakeFirst();
  return {
    inHour: await sumSince(now - HOUR_MS - MINUTE_MS),
    inDay: await sumSince(now - DAY_MS - MINUTE_MS),
    nextAt: row?.next_at == null ? 0 : Date.parse(row.next_at),
  };
}

/** Inserts a row for the relay if there is none, and locks it until the transaction ends. */
export async function lockRelay(db: Database, relay: string): Promise<void> {
  await db
    .insertInto('relays')
    .values({ id: relay, next_at: null, trouble: null, trouble_at: null })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ id: relay }))
    .execute();
}

/** Saves when the relay may get the next message. */
export async function setNextAt(db: Database, relay: string, nextAt: number): Promise<void> {
  const next_at = new Date(Math.ceil(nextAt)).toISOString();
  await db.updateTable('relays').set({ next_at }).where('id', '=', relay).execute();
}

/** Counts messages to the relay in the minute of `now`; a negative number takes back reserved ones. */
export async function countMessages(
  db: Database,
  relay: string,
  messages: number,
  now: number,
): Promise<void> {
  if (messages !== 0) await countQuery(db, relay, messages, now).execute();
}

/** The query of `countMessages`. */
export function countQuery(db: Database, relay: string, messages: number, now: number) {
  return db
    .insertInto('relay_usage')
    .values({ relay, minute: minuteOf(now), messages })
    .onConflict((conflict) =>
      conflict
        .columns(['relay', 'minute'])
        .doUpdateSet((set) => ({ messages: set('relay_usage.messages', '+', messages) })),
    )
    .returning('messages');
}

/**
 * When so many messages leave the window of `windowMs` that fewer than `quota` remain in it; epoch
 * milliseconds.
 */
export async function freeAt(
  db: Database,
  relay: string,
  {
    windowMs,
    quota,
    now,
  }: { readonly windowMs: number; readonly quota: number; readonly now: number },
): Promise<number> {
  const rows = await db
    .selectFrom('relay_usage')
    .select(['minute', 'messages'])
    .where('relay', '=', relay)
    .where('minute', '>', minuteOf(now - windowMs - MINUTE_MS))
    .orderBy('minute', 'desc')
    .execute();
  let sum = 0;
  // The newest minutes that fill the quota: it is free again when the oldest of them leaves the window.
  const last = rows.find((row) => {
    sum += row.messages;
    return sum >= quota;
  });
  if (last === undefined) return now;
  return Date.parse(`${last.minute}:00Z`) + windowMs + MINUTE_MS;
}

/** Deletes counts that no quota needs any more. */
export async function forgetOldUse(db: Database, now: number): Promise<void> {
  await db
    .deleteFrom('relay_usage')
    .where('minute', '<', minuteOf(now - 2 * DAY_MS))
    .execute();
}

/** Saves the trouble of a relay; undefined: it works, and its rest is over. */
export async function setTrouble(
  db: Database,
  relay: string,
  trouble: string | undefined,
  at: string,
): Promise<void> {
  await lockRelay(db, relay);
  await db
    .updateTable('relays')
    .set(
      trouble === undefined
        ? { trouble: null, trouble_at: null, rest_until: null, rest_reason: null }
        : { trouble, trouble_at: at },
    )
    .where('id', '=', relay)
    .execute();
}

/** `2026-03-20T07:00`, in UTC. */
function minuteOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 16);
}
