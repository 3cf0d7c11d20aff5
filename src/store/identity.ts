import type { Database, IdentityTable } from './tables.ts';

/** Which database this is. The migration that made the table made the row. */
export async function readIdentity(db: Database): Promise<IdentityTable> {
  return db.selectFrom('identity').selectAll().executeTakeFirstOrThrow();
}
