import type { StoreDependencies } from '../database/dependencies.ts';
import { holdDatabase, readIdentity } from '../database/identity.ts';
import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import { waitingEditions } from '../editions/queries/waiting-editions.ts';
import { changeSubscriptions, JOURNAL } from '../subscribers/change-subscriptions.ts';
import type { JournalEntry, Rename, SendMark } from '../subscribers/departure.ts';
import { insertJournal } from '../subscribers/journal/journal.ts';
import { compareJournal, unseenLines, whyLacking } from './compare-journal.ts';
import { endDeparted, type PersonalLine } from './end-departed.ts';
import { findElsewhere } from './find-place.ts';
import { cancelForgotten } from './forgotten-editions.ts';

/** What a database older than its journal learned from it. */
export interface CaughtUp {
  /** Number of subscriptions that were ended. */
  readonly departed: number;
  /** Editions sent since, which the database did not know as sent: the reason for its hold. */
  readonly forgotten: readonly string[];
}

const NOTHING: CaughtUp = { departed: 0, forgotten: [] };

/**
 * If the journal has lines that the database has not, the database is a restored backup. Then this
 * ends the subscriptions of those who left since the backup, and keeps editions sent since then
 * from being sent again. If there are such editions, it puts the database on hold. It returns what
 * it did.
 *
 * If lines that the database wrote are missing in the journal, nobody knows who left and what was
 * sent: that puts the database on hold as well. If there is nothing to do, it costs two queries and
 * a read of the file's end.
 */
export async function catchUpWithJournal(deps: StoreDependencies): Promise<CaughtUp> {
  const { config, store, clock, log } = deps;
  const { isAhead, isLacking } = await compareJournal(store.db, config.journalFile);
  const hold = (db: Database, because: string) =>
    holdDatabase(db, { since: storedInstant(clock()), because });
  // Before anything is appended to the journal: that would hide it.
  if (isLacking) {
    const because = (await findElsewhere(store.db, config)) ?? whyLacking(config.journalFile);
    await hold(store.db, because);
  }
  if (!isAhead) return NOTHING;
  const { id } = await readIdentity(store.db);
  const caughtUp = await store.transaction(async (db) => {
    const missed = await noteMissed(db, config.journalFile, id);
    const departed = await changeSubscriptions(db, config, async (writer) => {
      for (const rename of missed.renames) await writer.rename(rename, JOURNAL);
      return endDeparted(db, writer, missed.lines);
    });
    const forgotten = await markForgotten(db, missed.sends);
    if (forgotten.length > 0) {
      const were = forgotten.length === 1 ? 'was' : 'were';
      await hold(db, `was put back from a backup made before ${forgotten.join(', ')} ${were} sent`);
    }
    return { departed, forgotten };
  });
  const { departed } = caughtUp;
  if (departed > 0) {
    const count = departed === 1 ? '1 subscription' : `${departed} subscriptions`;
    const fact = `the database was older than its journal ${config.journalFile}`;
    log.info(`${fact}: ${count} of people who left meanwhile ended`);
  }
  return caughtUp;
}

interface Missed {
  /** About people, with the newsletters' present ids, in order. */
  readonly lines: readonly PersonalLine[];
  /** In order. */
  readonly renames: readonly Rename[];
  readonly sends: readonly SendMark[];
}

/** Saves the lines that the database has not seen, and returns them. */
async function noteMissed(db: Database, file: string, id: string): Promise<Missed> {
  const lines: PersonalLine[] = [];
  const renames: Rename[] = [];
  const sends: SendMark[] = [];
  for await (const unseen of unseenLines(db, file, id)) {
    await insertJournal(db, unseen);
    for (const entry of unseen) {
      if (isPersonal(entry)) lines.push(entry);
      else if (entry.kind === 'rename') renames.push(entry);
      else if (entry.kind === 'send') sends.push(entry);
    }
  }
  // A restored journal does not have its lines in order.
  renames.sort(byTime);
  return { lines: lines.sort(byTime).map((line) => renamed(line, renames)), renames, sends };
}

function isPersonal(entry: JournalEntry): entry is JournalEntry & PersonalLine {
  return entry.kind === 'departure' || entry.kind === 'return';
}

function byTime(one: { readonly at: string }, other: { readonly at: string }): number {
  return one.at < other.at ? -1 : Number(one.at > other.at);
}

/** The line with the present id of its newsletter. */
function renamed(line: PersonalLine, renames: readonly Rename[]): PersonalLine {
  let { newsletter } = line;
  for (const rename of renames) {
    if (rename.at >= line.at && rename.newsletter === newsletter) newsletter = rename.renamedTo;
  }
  return newsletter === undefined ? line : { ...line, newsletter };
}

/** The editions of `sends` whose outcome the database does not know, oldest first. */
async function markForgotten(db: Database, sends: readonly SendMark[]): Promise<string[]> {
  const forgotten = new Set<string>();
  for (const mark of sends) {
    if (await cancelForgotten(db, mark)) forgotten.add(mark.edition);
  }
  const waiting = sends.length === 0 ? [] : await waitingEditions(db);
  for (const { edition } of waiting) {
    if (sends.some((mark) => mark.edition === edition)) forgotten.add(edition);
  }
  return [...forgotten];
}
