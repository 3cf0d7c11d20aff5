import type { Kysely } from 'kysely';
import { textType } from '../dialect.ts';

/** Version 11: the wider networks that sent forms, for the mail budgets. */
export async function requestNetworks(db: Kysely<unknown>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('request_networks')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('network_hash', text, (column) => column.notNull())
    .addColumn('at', text, (column) => column.notNull())
    .execute();
  for (const [name, ...columns] of [
    ['request_networks_by_network', 'network_hash', 'at'],
    ['request_networks_by_time', 'at'],
  ] as const) {
    await db.schema.createIndex(name).on('request_networks').columns(columns).execute();
  }
}
