import type { Kysely } from 'kysely';
import { addressKey, type EmailAddress } from '../model/email-address.ts';
import type { DepartedStatus } from '../model/subscriber.ts';
import { textType } from './database/dialect.ts';
import { repeatedInsert } from './database/repeated-insert.ts';
import type { Database, Tables } from './tables.ts';

interface ImportTables extends Tables {
  /** The mailboxes that an import has read. Only its transaction sees the table. */
  readonly import_lines: {
    address_key: string;
    address: string;
    /** Of somebody whose subscription the file ends. */
    ended: DepartedStatus | null;
  };
}

/** Somebody whose subscription a file ended. */
export interface EndedByImport {
  readonly address: EmailAddress;
  readonly status: DepartedStatus;
}

/** What one import has read, kept by the database so that a file of any size needs little memory. */
export interface ImportLines {
  /** Notes mailboxes as read. Gives the keys of those that were not read before. */
  note(addresses: readonly EmailAddress[]): Promise<ReadonlySet<string>>;
  noteEnded(keys: readonly string[], status: DepartedStatus): Promise<void>;
  /** Whose subscriptions were ended, in pages. */
  ended(): AsyncGenerator<readonly EndedByImport[]>;
  /** To be called last; a transaction that is taken back tidies up by itself. */
  close(): Promise<void>;
}

const PAGE_LENGTH = 2000;

/** Begins to keep what is read. `transaction` is that of the import. */
export async function openImportLines(transaction: Database): Promise<ImportLines> {
  const db = transaction as unknown as Kysely<ImportTables>;
  await db.schema
    .createTable('import_lines')
    .temporary()
    .addColumn('address_key', textType(db), (column) => column.primaryKey())
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('ended', 'text')
    .execute();
  const insert = repeatedInsert<{ address_key: string; address: string }, { address_key: string }>(
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
        .map((address) => ({ address_key: addressKey(address), address }))
        .sort((a, b) => (a.address_key < b.address_key ? -1 : 1));
      const { rows } = await insert(lines);
      return new Set(rows.map((row) => row.address_key));
    },
    async noteEnded(keys, status) {
      await db
        .updateTable('import_lines')
        .set({ ended: status })
        .where('address_key', 'in', keys)
        .execute();
    },
    ended: () => pagesOfEnded(db),
    async close() {
      await db.schema.dropTable('import_lines').execute();
    },
  };
}

async function* pagesOfEnded(db: Kysely<ImportTables>): AsyncGenerator<readonly EndedByImport[]> {
  for (let after = ''; ; ) {
    const rows = await db
      .selectFrom('import_lines')
      .select(['address_key', 'address', 'ended'])
      .where('ended', 'is not', null)
      .where('address_key', '>', after)
      .orderBy('address_key')
      .limit(PAGE_LENGTH)
      .execute();
    const page = rows.flatMap(({ address, ended }) =>
      ended === null ? [] : [{ address: address as EmailAddress, status: ended }],
    );
    if (page.length > 0) yield page;
    if (rows.length < PAGE_LENGTH) return;
    after = rows.at(-1)?.address_key ?? after;
  }
}
