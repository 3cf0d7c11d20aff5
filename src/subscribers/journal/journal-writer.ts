import { randomUUID } from 'node:crypto';
import { noteJournalLine, readIdentity } from '../../database/identity.ts';
import type { Database } from '../../database/tables.ts';
import type { JournalLine } from '../departure.ts';
import { insertJournal, linesOfTransaction } from './journal.ts';
import { appendJournal } from './journal-file.ts';

/** Writes the journal lines of one transaction. */
export interface JournalWriter {
  /** Stores lines in the database. */
  note(lines: readonly UnnamedLine[]): Promise<void>;
  /**
   * Writes the stored lines into the journal file beside the database. A restored backup learns from it.
   * Call it as the last step of the transaction. The file is synced before the database, because an extra
   * line does no harm.
   */
  close(): Promise<void>;
}

/** A line before it has an id. */
export type UnnamedLine = JournalLine extends infer Line
  ? Line extends JournalLine
    ? Omit<Line, 'id'>
    : never
  : never;

/** Opens the journal in the transaction `db`. The lines need no memory before `close`. */
export function openJournalWriter(db: Database, journalFile: string): JournalWriter {
  // All ids of one transaction have the same prefix: `close` finds them by it, in order.
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
