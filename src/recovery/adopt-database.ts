import type { StoreDependencies } from '../database/dependencies.ts';
import { readIdentity, releaseDatabase } from '../database/identity.ts';
import { findEdition } from '../editions/queries/editions.ts';
import { type WaitingEdition, waitingEditions } from '../editions/queries/waiting-editions.ts';
import type { JournalEntry, JournalLine } from '../subscribers/departure.ts';
import { pagesOfJournal } from '../subscribers/journal/journal.ts';
import { appendJournal } from '../subscribers/journal/journal-file.ts';
import { catchUpWithJournal } from './catch-up-with-journal.ts';
import { compareJournal } from './compare-journal.ts';
import { findHold, settleHere } from './split-brain-guard.ts';

/** What adopting ends, and what is at risk. */
export interface AdoptReport {
  /** Why the database was on hold, as a phrase after "this database"; null if it was not. */
  readonly held: string | null;
  /** Editions that the next sends continue. */
  readonly waiting: readonly WaitingEdition[];
  /** Lines written into a journal in which they were missing. */
  readonly journalLines: number;
}

/** What `adoptDatabase` would end. Applies the journal first, to know all that is missing. */
export async function prepareAdoption(deps: StoreDependencies): Promise<AdoptReport> {
  await catchUpWithJournal(deps);
  const hold = await findHold(deps);
  const waiting = await waitingEditions(deps.store.db);
  return { held: hold?.because ?? null, waiting, journalLines: 0 };
}

/**
 * Makes this database, at its present location, the one that sends: restores missing journal
 * entries, saves its location and ends its hold.
 */
export async function adoptDatabase(deps: StoreDependencies): Promise<AdoptReport> {
  const report = await prepareAdoption(deps);
  const journalLines = await restoreJournal(deps);
  await settleHere(deps);
  await releaseDatabase(deps.store.db);
  return { ...report, journalLines };
}

/**
 * If lines of the database are missing in the journal, writes all that the database knows of it. An
 * older backup can then learn from the journal again. Existing lines stay; duplicates count once.
 * Returns how many lines it wrote; does nothing if none is missing.
 */
async function restoreJournal({ store, config }: StoreDependencies): Promise<number> {
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
