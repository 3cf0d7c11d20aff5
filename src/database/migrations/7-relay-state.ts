import type { Kysely } from 'kysely';
import { textType } from '../dialect.ts';

/** Version 7: until when a relay is not used, and its learned rate and connection limits. */
export async function relayState(db: Kysely<unknown>): Promise<void> {
  for (const column of ['rest_until', 'rest_reason', 'rate_changed_at', 'limits_changed_at']) {
    await db.schema.alterTable('relays').addColumn(column, textType(db)).execute();
  }
  for (const column of ['messages_per_hour', 'connections', 'messages_per_connection']) {
    await db.schema.alterTable('relays').addColumn(column, 'integer').execute();
  }
}
