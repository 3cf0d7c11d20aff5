import type { StoreDependencies } from '../database/dependencies.ts';
import { readIdentity } from '../database/identity.ts';
import { findEdition } from '../editions/queries/editions.ts';
import type { JournalEntry, JournalLine } from '../subscribers/departure.ts';
import { pagesOfJournal } from '../subscribers/journal/journal.ts';
import { appendJournal } from '../subscribers/journal/journal-file.ts';
import { compareJournal } from './compare-journal.ts';

/**
 * If lines of the database are missing in the journal, writes all that the database knows of it. An
 * older backup can then learn from the journal again. Existing lines stay; duplicates count once.
 * Returns how many lines it wrote; does nothing if none is missing.
 */
export async function restoreJournal({ store, config }: StoreDependencies): Promise<number> {
  const { db } = store;
  if (!(await compareJournal(db, config.journalFile)).isLacking) return 0;
  const { id: database, journal_line } = await readIdentity(db);
  const composed = new Set<string>();
  const complete = async (line: JournalLine): Promise<JournalEntry> => {
    if (line.kind !== 'send' || composed.has(line.edition)) return { ...line, database };
    composed.add(line.edition);
    const found = (await findEdition(db, line.edition))?.edition;
    if (found === undefined) return { ...line, database };
    const { id: _id, html: _html, text: _text, ...rest } = found;
    return { ...line, database, composed: rest };
  };
  let written = 0;
  const last: JournalEntry[] = [];
  for await (const page of pagesOfJournal(db)) {
    const entries: JournalEntry[] = [];
    for (const line of page) {
      const entry = await complete(line);
      (line.id === journal_line ? last : entries).push(entry);
    }
    appendJournal(config.journalFile, entries);
    written += entries.length;
  }
  // The line that `compareJournal` looks for goes last. If the program is killed before, the
  // journal still counts as incomplete.
  appendJournal(config.journalFile, last);
  return written + last.length;
}
