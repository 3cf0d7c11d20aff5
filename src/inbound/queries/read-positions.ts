import type { Database } from '../../database/tables.ts';

/** How far a source was read: what `savePosition` stored; undefined before the first time. */
export async function readPosition(
  db: Database,
  source: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const row = await db
    .selectFrom('read_positions')
    .select('position')
    .where('source', '=', source)
    .executeTakeFirst();
  return row && JSON.parse(row.position);
}

/** Stores how far a source is read. Everything before is in the database. */
export async function savePosition(
  db: Database,
  source: string,
  value: Readonly<Record<string, unknown>>,
): Promise<void> {
  const position = JSON.stringify(value);
  await db
    .insertInto('read_positions')
    .values({ source, position })
    .onConflict((conflict) => conflict.column('source').doUpdateSet({ position }))
    .execute();
}
