import type { Kysely } from 'kysely';
import { textType } from '../dialect.ts';

/** Version 9: the fingerprints of an edition's posts, and the address at which the service answered. */
export async function editionsAsComposed(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('edition_posts').addColumn('fingerprint', textType(db)).execute();
  await db.schema.alterTable('editions').addColumn('as_composed_at', textType(db)).execute();
  await db.schema.alterTable('identity').addColumn('service_url', textType(db)).execute();
}
