import { type RawBuilder, sql, type Updateable } from 'kysely';
import { jsonOf } from '../../database/dialect.ts';
import { rowsFrom } from '../../database/repeated-query.ts';
import type { Database, RelaysTable } from '../../database/tables.ts';
import type { RelayLimits } from '../relay/relay.ts';
import type { RelayUse } from '../relay-quota.ts';
import type { SlowedRate } from '../throttle.ts';

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
  if (messages === 0) return;
  const uses = jsonOfUses(new Map([[relay, messages]]), now);
  await countQuery(db, sql<string>`${uses}`).execute();
}

/** The parameter of `countQuery`: messages by relay, in the minute of `now`. */
export function jsonOfUses(uses: ReadonlyMap<string, number>, now: number): string {
  const minute = minuteOf(now);
  return jsonOf([...uses].map(([relay, messages]) => ({ relay, minute, messages })));
}

/** The query of `countMessages`, for any number of relays. */
export function countQuery(db: Database, uses: RawBuilder<string>) {
  const columns = { relay: 'text', minute: 'text', messages: 'bigint' } as const;
  const rows = rowsFrom<Use>(db, uses, columns);
  return (
    db
      .insertInto('relay_usage')
      .columns(['relay', 'minute', 'messages'])
      // SQLite would take `on conflict` for a join without the `where`.
      .expression(sql<Use>`select relay, minute, messages from ${rows} as v where true`)
      .onConflict((conflict) =>
        conflict.columns(['relay', 'minute']).doUpdateSet((set) => ({
          messages: set('relay_usage.messages', '+', set.ref('excluded.messages')),
        })),
      )
      .returning('messages')
  );
}

/**
 * When so many messages leave the window of `windowMs` that fewer than `quota` remain in it; epoch
 * milliseconds.
 */
export async function freeAt(
  db: Database,
  relay: string,
  windowMs: number,
  quota: number,
  now: number,
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

/** The saved state of a relay between runs. Times are ISO 8601. */
export interface RelayState extends RelayLimits {
  /** It gets nothing before `until`; it has not accepted a message since. */
  readonly rest?: { readonly until: string; readonly reason: string };
  readonly rate?: SlowedRate;
  /** When the limits of connections and messages were last learned. */
  readonly limitsChangedAt?: string;
}

/** The state of all relays that were ever used, by id. */
export async function readRelayStates(db: Database): Promise<ReadonlyMap<string, RelayState>> {
  return new Map([...(await relayRows(db))].map(([id, row]) => [id, stateOf(row)]));
}

function stateOf(row: RelaysTable): RelayState {
  const { rest_until: until, rest_reason: reason, messages_per_hour: messagesPerHour } = row;
  return {
    rest: until === null ? undefined : { until, reason: reason ?? '' },
    rate:
      messagesPerHour === null
        ? undefined
        : { messagesPerHour, changedAt: Date.parse(row.rate_changed_at ?? '') },
    connections: row.connections ?? undefined,
    messagesPerConnection: row.messages_per_connection ?? undefined,
    limitsChangedAt: row.limits_changed_at ?? undefined,
  };
}

/** Saves the trouble of a relay; undefined: it works, and its rest is over. */
export async function setTrouble(
  db: Database,
  relay: string,
  trouble: string | undefined,
  at: string,
): Promise<void> {
  const none = { trouble: null, trouble_at: null, rest_until: null, rest_reason: null };
  await update(db, relay, trouble === undefined ? none : { trouble, trouble_at: at });
}

/** Saves that the relay has to rest, and why. */
export async function setRest(
  db: Database,
  relay: string,
  { until, reason }: NonNullable<RelayState['rest']>,
): Promise<void> {
  await update(db, relay, { rest_until: until, rest_reason: reason });
}

/** Saves the rate of a relay that asked for a slower pace. */
export async function setRelayRate(db: Database, relay: string, rate: SlowedRate): Promise<void> {
  await update(db, relay, {
    messages_per_hour: rate.messagesPerHour,
    rate_changed_at: new Date(rate.changedAt).toISOString(),
  });
}

/** Saves learned limits of a relay; those that are undefined stay. */
export async function setRelayLimits(
  db: Database,
  relay: string,
  { connections, messagesPerConnection }: RelayLimits,
  at: string,
): Promise<void> {
  const limits = { connections, messages_per_connection: messagesPerConnection };
  await update(db, relay, { ...limits, limits_changed_at: at });
}

async function update(db: Database, relay: string, change: Updateable<RelaysTable>): Promise<void> {
  await lockRelay(db, relay);
  await db.updateTable('relays').set(change).where('id', '=', relay).execute();
}

/** The rows of all relays that were ever used, by id. */
export async function relayRows(db: Database): Promise<ReadonlyMap<string, RelaysTable>> {
  const rows = await db.selectFrom('relays').selectAll().execute();
  return new Map(rows.map((row) => [row.id, row]));
}

interface Use {
  relay: string;
  minute: string;
  messages: number;
}

/** `2026-03-20T07:00`, in UTC. */
function minuteOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 16);
}
