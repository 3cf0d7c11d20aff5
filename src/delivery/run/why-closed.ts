import { readHold } from '../../database/identity.ts';
import type { Database } from '../../database/tables.ts';
import { findEdition } from '../../editions/queries/editions.ts';

/** Why no message of the edition may go out now, as a phrase; undefined if they may. */
export async function whyClosed(db: Database, id: string): Promise<string | undefined> {
  const { pause, cancelledAt } = (await findEdition(db, id)) ?? {};
  const hold = await readHold(db);
  if (hold !== undefined) return `the database ${hold.because}`;
  if (cancelledAt !== undefined) return `${id} was cancelled`;
  return pause && `${id} was paused: ${pause.reason}`;
}
