import { randomUUID } from 'node:crypto';
import type { StoreDependencies } from '../../database/dependencies.ts';
import { noteJournalLine, readIdentity } from '../../database/identity.ts';
import { storedInstant } from '../../database/instants.ts';
import type { Edition } from '../../editions/edition.ts';
import type { JournalEntry, SendMark } from '../../subscribers/departure.ts';
import { insertJournal } from '../../subscribers/journal/journal.ts';
import { appendJournal } from '../../subscribers/journal/journal-file.ts';

/** Updates the journal while an edition is sent. */
export interface SendRecord {
  /** Writes the last line. Never throws. */
  end(): Promise<void>;
}

const LINE_MS = 60_000;

/**
 * Writes to the journal that messages of the edition are going out: now, every minute, and at the
 * end. A restored backup from before or during the send is then recognised as such. Call it after
 * the edition is planned and before its first message. Throws if the first line cannot be written.
 */
export async function recordSend(deps: StoreDependencies, edition: Edition): Promise<SendRecord> {
  const { id, html: _html, text: _text, ...composed } = edition;
  await write(deps, { edition: id, composed });
  let last = Promise.resolve();
  // If a line cannot be written, the next line or the next run makes up for it.
  const writeNext = () => {
    last = last.then(() => write(deps, { edition: id })).catch(() => {});
    return last;
  };
  const timer = setInterval(writeNext, LINE_MS);
  timer.unref();
  return {
    end() {
      clearInterval(timer);
      return writeNext();
    },
  };
}

async function write(
  { config, store, clock }: StoreDependencies,
  mark: Omit<SendMark, 'at'>,
): Promise<void> {
  const { id: database } = await readIdentity(store.db);
  const at = storedInstant(clock());
  const entry: JournalEntry = { id: randomUUID(), database, kind: 'send', at, ...mark };
  // The database first: after a crash between the two it must not look older than its journal.
  await insertJournal(store.db, [entry]);
  appendJournal(config.journalFile, [entry]);
  // Note the line once it is on disk: a journal without it is not this database's.
  await noteJournalLine(store.db, entry.id);
}
