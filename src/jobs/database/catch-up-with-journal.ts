import type { Departure, SendMark } from '../../model/departure.ts';
import { hasLeft } from '../../model/subscriber.ts';
import { eraseMailbox } from '../../store/erasure.ts';
import { cancelForgotten } from '../../store/forgotten-editions.ts';
import { holdDatabase, readIdentity } from '../../store/identity.ts';
import { storedInstant } from '../../store/instants.ts';
import { insertJournal } from '../../store/journal.ts';
import { pageOfEveryone, setStatus } from '../../store/subscribers.ts';
import type { Database } from '../../store/tables.ts';
import { waitingEditions } from '../../store/waiting-editions.ts';
import type { StoreDependencies } from '../mail-dependencies.ts';
import { hashAddress } from '../subscribers/keyed-hashes.ts';
import { compareJournal, unseenLines, whyLacking } from './compare-journal.ts';
import { findElsewhere } from './find-place.ts';

/** What a database that is older than its journal was told. */
export interface CaughtUp {
  /** Subscriptions that were ended. */
  readonly departed: number;
  /** Editions that were sent since, and which it did not know to be: what it is held for. */
  readonly forgotten: readonly string[];
}

const NOTHING: CaughtUp = { departed: 0, forgotten: [] };

const AT_ONCE = 500;

/**
 * Where the journal has lines that the database has not, the database is a backup that was put
 * back: ends the subscriptions of those who left since the backup was made, keeps the editions that
 * were sent since from being sent again, and holds the database's sends where there are such. Says
 * what it did. Where the journal lacks what the database had written there nothing tells who left and
 * what was sent: that holds the sends as well. Costs two queries and a look at the end of the file
 * when there is nothing to do.
 */
export async function catchUpWithJournal(deps: StoreDependencies): Promise<CaughtUp> {
  const { config, store, clock, log } = deps;
  const { isAhead, isLacking } = await compareJournal(store.db, config.journalFile);
  const hold = (db: Database, because: string) =>
    holdDatabase(db, { since: storedInstant(clock()), because });
  // Before anything is added to the journal, which would hide it.
  if (isLacking) {
    const because = (await findElsewhere(store.db, config)) ?? whyLacking(config.journalFile);
    await hold(store.db, because);
  }
  if (!isAhead) return NOTHING;
  const { id, hash_key: key } = await readIdentity(store.db);
  const caughtUp = await store.transaction(async (db) => {
    const missed = await noteMissed(db, config.journalFile, id);
    const departed = await endSubscriptions(db, key, missed.departures);
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
  /** The last one of each person, by `keyOf`. */
  readonly departures: ReadonlyMap<string, Departure>;
  readonly sends: readonly SendMark[];
}

/** Notes the lines that the database has not seen, and gives them. */
async function noteMissed(db: Database, file: string, id: string): Promise<Missed> {
  const departures = new Map<string, Departure>();
  const sends: SendMark[] = [];
  for await (const unseen of unseenLines(db, file, id)) {
    await insertJournal(db, unseen);
    for (const entry of unseen) {
      if (entry.kind === 'send') {
        sends.push(entry);
        continue;
      }
      const key = keyOf(entry.newsletter, entry.addressHash);
      const known = departures.get(key);
      // A journal that was made whole again has its lines not in order.
      if (known === undefined || known.at <= entry.at) departures.set(key, entry);
    }
  }
  return { departures, sends };
}

function keyOf(newsletter: string | undefined, addressHash: string): string {
  return `${newsletter ?? ''} ${addressHash}`;
}

/** Ends the subscriptions of those who left, and deletes those of the erased; whoever came back later stays. Gives how many it ended. */
async function endSubscriptions(
  db: Database,
  key: string,
  departures: ReadonlyMap<string, Departure>,
): Promise<number> {
  if (departures.size === 0) return 0;
  let ended = 0;
  let after = '';
  for (;;) {
    const page = await pageOfEveryone(db, { after, limit: AT_ONCE });
    for (const { id, newsletter, address, status, changedAt } of page) {
      const hash = hashAddress(key, address);
      const erased = departures.get(keyOf(undefined, hash));
      const departure = erased ?? departures.get(keyOf(newsletter, hash));
      if (departure === undefined || changedAt > departure.at) continue;
      if (hasLeft(status) && departure.status !== 'erased') continue;
      const mailbox = { address, addressHash: hash };
      if (departure.status === 'erased') await eraseMailbox(db, mailbox, departure.at);
      else await setStatus(db, id, departure.status, departure.at);
      ended += 1;
    }
    const last = page.at(-1);
    if (last === undefined) return ended;
    after = last.id;
  }
}

/** The editions of `sends` whose fate the database does not know, oldest first. */
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
