import { readIdentity } from '../database/identity.ts';
import type { Database } from '../database/tables.ts';
import type { JournalEntry } from '../subscribers/departure.ts';
import { seenInJournal } from '../subscribers/journal/journal.ts';
import { readEndOfJournal, readJournal } from '../subscribers/journal/journal-file.ts';

/** The journal file compared with what the database knows of it. */
export interface JournalStanding {
  /**
   * The file has lines that the database has not seen: an older backup was restored beside its
   * journal.
   */
  readonly isAhead: boolean;
  /**
   * The file lacks a line that the database had seen on disk: the file was lost, or is an older or
   * different one, or a backup was restored without its journal.
   */
  readonly isLacking: boolean;
}

/** Why missing journal entries put a database on hold, as a phrase after "this database". */
export function whyLacking(file: string): string {
  return (
    `misses in its journal ${file} what it wrote there: the journal was lost, or this is a backup ` +
    'that was put back without it, and who left and what was sent since is not known (put the ' +
    'journal back first where you have it)'
  );
}

/** Lines looked up at once. */
const AT_ONCE = 500;

/** Compares the two, by the end of the file if that is enough. Changes nothing. */
export async function compareJournal(db: Database, file: string): Promise<JournalStanding> {
  const { id, journal_line } = await readIdentity(db);
  const end = readEndOfJournal(file);
  const ours = end.filter(({ database }) => database === id).map((entry) => entry.id);
  const isKnown = end.length === 0 || (ours.length > 0 && (await seenAll(db, ours)));
  return {
    isAhead: !isKnown && (await hasUnseen(db, file, id)),
    isLacking: journal_line !== null && !ours.includes(journal_line) && !has(file, journal_line),
  };
}

/** The lines of the database with id `id` that it has not seen yet, in order, a page at a time. */
export async function* unseenLines(
  db: Database,
  file: string,
  id: string,
): AsyncGenerator<readonly JournalEntry[]> {
  const unseenOf = async (page: readonly JournalEntry[]) => {
    const seen = await seenInJournal(
      db,
      page.map((entry) => entry.id),
    );
    return page.filter((entry) => !seen.has(entry.id));
  };
  let page: JournalEntry[] = [];
  for (const entry of readJournal(file)) {
    if (entry.database === id) page.push(entry);
    if (page.length < AT_ONCE) continue;
    yield await unseenOf(page);
    page = [];
  }
  yield await unseenOf(page);
}

async function seenAll(db: Database, ids: readonly string[]): Promise<boolean> {
  return (await seenInJournal(db, ids)).size === new Set(ids).size;
}

async function hasUnseen(db: Database, file: string, id: string): Promise<boolean> {
  for await (const page of unseenLines(db, file, id)) if (page.length > 0) return true;
  return false;
}

function has(file: string, line: string): boolean {
  for (const { id } of readJournal(file)) if (id === line) return true;
  return false;
}
