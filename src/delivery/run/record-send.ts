import { randomUUID } from 'node:crypto';
import type { StoreDependencies } from '../../database/dependencies.ts';
import { noteJournalLine, readIdentity } from '../../database/identity.ts';
import { storedInstant } from '../../database/instants.ts';
import type { Edition } from '../../editions/edition.ts';
import type { JournalEntry, SendMark } from '../../subscribers/departure.ts';
import { insertJournal } from '../../subscribers/journal/journal.ts';
import { appendJournal } from '../../subscribers/journal/journal-file.ts';

/** Keeps the journal while an edition is sent. */
export interface SendRecord {
  /** Writes the last line. Never throws. */
  end(): Promise<void>;
}

const LINE_MS = 60_000;

/**
 * Writes into the journal that messages of the edition are going out: now, every minute, and in the
 * end, so that a backup which was made before, or in the middle, is known for what it is when it is
 * put back. Once the edition is planned and before its first message. Throws when the first line
 * cannot be written.
 */
export async function recordSend(deps: StoreDependencies, edition: Edition): Promise<SendRecord> {
  const { id, html: _html, text: _text, ...composed } = edition;
  await write(deps, { edition: id, composed });
  let last = Promise.resolve();
  // A line that cannot be written is made up for by the next one, or by the next run's.
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
  // The database first: a crash between the two must not make it look older than its journal.
  await insertJournal(store.db, [entry]);
  appendJournal(config.journalFile, [entry]);
  // And when it is on the disk, that it is there: a journal without it is not this database's.
  await noteJournalLine(store.db, entry.id);
}
