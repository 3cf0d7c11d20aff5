import type { Database } from '../../database/tables.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import type { Edition } from '../edition.ts';
import { insertEdition } from '../queries/editions.ts';

/**
 * Stores a composed edition in the transaction `db`. Throws if another program has just composed an
 * edition from the same posts.
 */
export async function storeEdition(db: Database, edition: Edition): Promise<void> {
  if (await insertEdition(db, edition)) return;
  throw new BroadsheetError(
    EXIT.tryAgain,
    `${edition.id}  another program composed an edition of the same posts just now; ` +
      'run the command again to continue with that one',
  );
}
