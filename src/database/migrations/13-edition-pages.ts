import type { Kysely } from 'kysely';
import { textType } from '../dialect.ts';

/** Version 15: the HTML of an edition for its page in the archive. */
export async function editionPages(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('editions').addColumn('page', textType(db)).execute();
}
