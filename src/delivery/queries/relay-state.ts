import type { Database } from '../../database/tables.ts';
import type { SlowedRate } from '../throttle.ts';
import { lockRelay } from './relays.ts';

/** The saved state of a relay between runs. Times are ISO 8601. */
export interface RelayState {
  /** It gets nothing before `until`; it has not accepted a message since. */
  readonly rest?: { readonly until: string; readonly reason: string };
  readonly trouble?: string;
  readonly rate?: SlowedRate;
  readonly connections?: number;
  readonly messagesPerConnection?: number;
  /** When the limits of connections and messages were last learned. */
  readonly limitsChangedAt?: string;
}

/** The state of all relays that were ever used, by id. */
export async function readRelayStates(db: Database): Promise<ReadonlyMap<string, RelayState>> {
  const rows = await db.selectFrom('relays').selectAll().execute();
  return new Map(
    rows.map((row) => [
      row.id,
      {
        ...(row.rest_until !== null && {
          rest: { until: row.rest_until, reason: row.rest_reason ?? '' },
        }),
        ...(row.trouble !== null && { trouble: row.trouble }),
        ...(row.messages_per_hour !== null && {
          rate: {
            messagesPerHour: row.messages_per_hour,
            changedAt: Date.parse(row.rate_changed_at ?? ''),
          },
        }),
        ...(row.connections !== null && { connections: row.connections }),
        ...(row.messages_per_connection !== null && {
          messagesPerConnection: row.messages_per_connection,
        }),
        ...(row.limits_changed_at !== null && { limitsChangedAt: row.limits_changed_at }),
      },
    ]),
  );
}

/** Saves that the relay has to rest, and why. */
export async function setRest(
  db: Database,
  relay: string,
  { until, reason }: { readonly until: string; readonly reason: string },
): Promise<void> {
  await lockRelay(db, relay);
  await db
    .updateTable('relays')
    .set({ rest_until: until, rest_reason: reason })
    .where('id', '=', relay)
    .execute();
}

/** Saves the rate of a relay that asked for a slower pace. */
export async function setRelayRate(db: Database, relay: string, rate: SlowedRate): Promise<void> {
  await lockRelay(db, relay);
  await db
    .updateTable('relays')
    .set({
      messages_per_hour: rate.messagesPerHour,
      rate_changed_at: new Date(rate.changedAt).toISOString(),
    })
    .where('id', '=', relay)
    .execute();
}

/** Saves the learned limits of a relay. */
export async function setRelayLimits(
  db: Database,
  relay: string,
  limits: { readonly connections?: number; readonly messagesPerConnection?: number },
  at: string,
): Promise<void> {
  await lockRelay(db, relay);
  await db
    .updateTable('relays')
    .set({
      ...(limits.connections !== undefined && { connections: limits.connections }),
      ...(limits.messagesPerConnection !== undefined && {
        messages_per_connection: limits.messagesPerConnection,
      }),
      limits_changed_at: at,
    })
    .where('id', '=', relay)
    .execute();
}
