import { randomUUID } from 'node:crypto';
import { noteJournalLine, readIdentity } from '../../database/identity.ts';
import type { Database } from '../../database/tables.ts';
import type { JournalLine } from '../departure.ts';
import { insertJournal, linesOfTransaction } from './journal.ts';
import { appendJournal } from './journal-file.ts';

/** What the journal is told in one transaction. */
export interface JournalWriter {
  /** Notes lines in the database. */
  note(lines: readonly UnnamedLine[]): Promise<void>;
  /**
   * Writes into the journal file beside the database what was noted, so that a restored backup
   * learns of it. To be called as the last thing of the transaction: the file is synced before the
   * database is, since a line too many does no harm.
   */
  close(): Promise<void>;
}

/** A line before it has an id. */
export type UnnamedLine = JournalLine extends infer Line
  ? Line extends JournalLine
    ? Omit<Line, 'id'>
    : never
  : never;

/** Begins to write the journal in the transaction `db`. What is noted needs no memory until it is closed. */
export function openJournalWriter(db: Database, journalFile: string): JournalWriter {
  // The ids of one transaction begin alike: so they are found again, in order.
  const prefix = `${randomUUID()}.`;
  let count = 0;
  return {
    async note(lines) {
      const named = lines.map((line): JournalLine => {
        count += 1;
        return { ...line, id: prefix + String(count).padStart(9, '0') };
      });
      await insertJournal(db, named);
    },
    async close() {
      if (count === 0) return;
      const { id: database } = await readIdentity(db);
      await noteJournalLine(db, prefix + String(count).padStart(9, '0'));
      for await (const page of linesOfTransaction(db, prefix)) {
        appendJournal(
          journalFile,
          page.map((line) => ({ ...line, database })),
        );
      }
    },
  };
}
