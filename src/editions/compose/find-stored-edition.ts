import type { Database } from '../../database/tables.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { findEdition, type StoredEdition } from '../queries/editions.ts';

/** The stored edition called `id`, of any newsletter. Throws a usage error if there is none. */
export async function findStoredEdition(db: Database, id: string): Promise<StoredEdition> {
  const stored = await findEdition(db, id);
  if (stored !== undefined) return stored;
  const remedy = 'see `broadsheet editions list`';
  throw new BroadsheetError(EXIT.usage, `there is no edition "${id}"; ${remedy}`);
}
