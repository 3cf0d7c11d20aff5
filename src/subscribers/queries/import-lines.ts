import type { Kysely } from 'kysely';
import { textType } from '../../database/dialect.ts';
import { repeatedInsert } from '../../database/repeated-insert.ts';
import type { Database, Tables } from '../../database/tables.ts';
import { addressKey, type EmailAddress } from '../../kernel/email-address.ts';

interface ImportTables extends Tables {
  /** The mailboxes that an import has read. Only its transaction sees this table. */
  readonly import_lines: { address_key: string };
}

/**
 * The addresses that one import has read. The database stores them, so a file of any size needs little
 * memory.
 */
export interface ImportLines {
  /** Records mailboxes as read. Returns the keys of the new ones. */
  note(addresses: readonly EmailAddress[]): Promise<ReadonlySet<string>>;
  /** Call it last. A transaction that rolls back cleans up by itself. */
  close(): Promise<void>;
}

/** Opens the table of read addresses. `transaction` is the import's. */
export async function openImportLines(transaction: Database): Promise<ImportLines> {
  const db = transaction as unknown as Kysely<ImportTables>;
  await db.schema
    .createTable('import_lines')
    .temporary()
    .addColumn('address_key', textType(db), (column) => column.primaryKey())
    .execute();
  const insert = repeatedInsert<{ address_key: string }, { address_key: string }>(
    transaction,
    (rows) =>
      db
        .insertInto('import_lines')
        .values([...rows])
        .onConflict((conflict) => conflict.column('address_key').doNothing())
        .returning('address_key'),
  );
  return {
    async note(addresses) {
      const lines = addresses
        .map(addressKey)
        .sort()
        .map((key) => ({ address_key: key }));
      const { rows } = await insert(lines);
      return new Set(rows.map((row) => row.address_key));
    },
    async close() {
      await db.schema.dropTable('import_lines').execute();
    },
  };
}
