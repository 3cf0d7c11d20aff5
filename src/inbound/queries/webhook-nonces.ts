import type { Database } from '../../database/tables.ts';

/** Holds a nonce for one body. False if another body has it. */
export async function holdNonce(
  db: Database,
  row: { readonly nonce: string; readonly body: string; readonly at: string },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows: inserted } = await db
    .insertInto('webhook_nonces')
    .values(row)
    .onConflict((conflict) => conflict.column('nonce').doNothing())
    .executeTakeFirst();
  if (Number(inserted ?? 0) > 0) return true;
  const held = await db
    .selectFrom('webhook_nonces')
    .select('body')
    .where('nonce', '=', row.nonce)
    .executeTakeFirst();
  return held?.body === row.body;
}

/** Deletes nonces that were held before `before`: their signatures are too old by then. */
export async function forgetNonces(db: Database, before: string): Promise<void> {
  await db.deleteFrom('webhook_nonces').where('at', '<', before).execute();
}
