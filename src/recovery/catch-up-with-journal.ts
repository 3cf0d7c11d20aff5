import type { StoreDependencies } from '../database/dependencies.ts';
import { holdDatabase, readIdentity } from '../database/identity.ts';
import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import type { Edition } from '../editions/edition.ts';
import { findEdition, insertEdition } from '../editions/queries/editions.ts';
import { waitingEditions } from '../editions/queries/waiting-editions.ts';
import {
  changeSubscriptions,
  JOURNAL,
  type SubscriptionWriter,
} from '../subscribers/change-subscriptions.ts';
import type {
  Departure,
  JournalEntry,
  Rename,
  Return,
  SendMark,
} from '../subscribers/departure.ts';
import { insertJournal } from '../subscribers/journal/journal.ts';
import { hashesOfAddress } from '../subscribers/keyed-hashes.ts';
import { pageOfEveryone } from '../subscribers/queries/subscribers.ts';
import { hasLeft, type Subscriber } from '../subscribers/subscriber.ts';
import { FIRST_EVENTS, type SubscriptionEvent } from '../subscribers/subscription-events.ts';
import { compareJournal, unseenLines, whyLacking } from './compare-journal.ts';
import { findElsewhere } from './find-place.ts';

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

/** A line of the journal about one person. */
type PersonalLine =
  | (Departure & { readonly kind: 'departure' })
  | (Return & { readonly kind: 'return' });

const AT_ONCE = 500;

/**
 * Ends the subscriptions of those who left, from journal lines that the database has missed, and
 * deletes those of the erased. People who came back later stay. A bounce that was undone since does
 * not count. `lines` are in order. Returns how many subscriptions it ended.
 */
async function endDeparted(
  db: Database,
  writer: SubscriptionWriter,
  lines: readonly PersonalLine[],
): Promise<number> {
  if (lines.length === 0) return 0;
  const { hash_key: key } = await readIdentity(db);
  const byPerson = Map.groupBy(lines, ({ newsletter, addressHash }) =>
    keyOf(newsletter, addressHash),
  );
  let ended = 0;
  for (let after = ''; ; ) {
    const page = await pageOfEveryone(db, { after, limit: AT_ONCE });
    const last = page.at(-1);
    if (last === undefined) return ended;
    after = last.id;
    const missed = page.flatMap((subscriber): NewsOfOne[] => {
      const hashes = hashesOfAddress(key, subscriber.address);
      const of = (newsletter: string | undefined) =>
        hashes.flatMap((hash) => byPerson.get(keyOf(newsletter, hash)) ?? []);
      const found = [...of(undefined), ...of(subscriber.newsletter)];
      const news = found.toSorted((one, other) => (one.at < other.at ? -1 : 1));
      return news.length === 0
        ? []
        : [{ subscriber, lines: news, changedAt: subscriber.changedAt }];
    });
    ended += await applyMissed(writer, missed);
  }
}

/** The journal's lines about one subscription. */
interface NewsOfOne {
  readonly subscriber: Subscriber;
  readonly lines: readonly PersonalLine[];
  changedAt: string;
}

async function applyMissed(
  writer: SubscriptionWriter,
  missed: readonly NewsOfOne[],
): Promise<number> {
  const ended = new Set<string>();
  for (const { subscriber, lines } of missed) {
    const { id, address, changedAt } = subscriber;
    const erased = lines.findLast((line) => line.kind === 'departure' && line.status === 'erased');
    if (erased === undefined || changedAt > erased.at) continue;
    await writer.erase([address], { at: erased.at, source: JOURNAL });
    ended.add(id);
  }
  // One line of each at a time, because each line depends on the result of the one before.
  const most = Math.max(0, ...missed.map(({ lines }) => lines.length));
  for (let index = 0; index < most; index += 1) {
    const changes = missed.flatMap(({ subscriber, lines, changedAt }) => {
      const line = lines[index];
      const event = line === undefined || changedAt > line.at ? undefined : eventOf(line);
      return event === undefined ? [] : [{ id: subscriber.id, event }];
    });
    for (const { id, subscription, after } of await writer.apply(changes)) {
      const one = missed.find(({ subscriber }) => subscriber.id === id);
      if (one !== undefined) one.changedAt = after.changedAt;
      if (!hasLeft(subscription.status)) ended.add(id);
    }
  }
  return ended.size;
}

function eventOf(line: PersonalLine): SubscriptionEvent | undefined {
  const { at } = line;
  if (line.kind === 'return') return { kind: 'restored', at, source: JOURNAL };
  if (line.status === 'erased') return undefined;
  return { kind: FIRST_EVENTS[line.status], at, source: JOURNAL };
}

function keyOf(newsletter: string | undefined, addressHash: string): string {
  return `${newsletter ?? ''} ${addressHash}`;
}

const NOT_KEPT =
  'This edition was sent after the backup was made that the database was put back from.';

/**
 * Keeps an edition from being sent again if the journal says that it was sent and the database has
 * forgotten it: cancels it, with its stories, to keep them out of other editions. If the database
 * knows that sending began, this changes nothing and returns false: nobody knows which of its
 * subscribers have got it since. Run it in a transaction.
 */
export async function cancelForgotten(db: Database, mark: SendMark): Promise<boolean> {
  const known = await findEdition(db, mark.edition);
  if (known?.plannedAt !== undefined) return false;
  if (known === undefined && mark.composed !== undefined) {
    const edition: Edition = { id: mark.edition, ...mark.composed, html: NOT_KEPT, text: NOT_KEPT };
    await insertEdition(db, edition);
  }
  // Marked as sent: cancelling an edition that was not sent would free its stories for another.
  await db
    .updateTable('editions')
    .set({ planned_at: mark.at, fresh_from: mark.at, cancelled_at: mark.at })
    .where('id', '=', mark.edition)
    .execute();
  return true;
}
