import { storedInstant } from '../../database/instants.ts';
import type { Store } from '../../database/open-store.ts';
import type { Database } from '../../database/tables.ts';
import type { Clock } from '../../kernel/clock.ts';
import { recordVerdicts, type Submission, type Verdict } from '../queries/verdicts.ts';
import { writeLedger } from '../queries/write-ledger.ts';

/**
 * What one sender writes of the deliveries it holds. What several connections write at the same
 * time is one transaction, in the order in which it came: the disk is waited for once, and whoever
 * waits for a mark has the verdict on the message before it on the disk as well. So one connection
 * never has more than one message that is marked and not judged.
 */
export interface Ledger {
  /** Marks a delivery as about to be accepted; on the disk when it resolves. False: it must not go. */
  submit(submission: Submission): Promise<boolean>;
  /** Records what the relay said; need not be waited for. `settle` throws where it fails. */
  record(verdict: Verdict): void;
  /** Puts a delivery back into the queue; need not be waited for. */
  giveBack(id: number): void;
  /** Counts a message that a relay is given. */
  count(relay: string): void;
  /** Adds anything else to the next transaction. */
  add(work: (db: Database) => Promise<void>): void;
  /** Waits until all that was given so far is on the disk. Throws the first error of any write, and ever after. */
  settle(): Promise<void>;
  /**
   * After a write that failed: a last try to record what relays said meanwhile, which would else be
   * in doubt. Never throws.
   */
  rescue(): Promise<void>;
}

/** What waits for the next transaction. */
interface Batch {
  readonly submissions: (Submission & { readonly answer: PromiseWithResolvers<boolean> })[];
  readonly verdicts: Verdict[];
  readonly returned: number[];
  readonly uses: Map<string, number>;
  readonly works: ((db: Database) => Promise<void>)[];
  /** Who wants to know that it is written. */
  readonly watchers: PromiseWithResolvers<void>[];
}

const emptyBatch = (): Batch => ({
  ...{ submissions: [], verdicts: [], returned: [] },
  ...{ uses: new Map(), works: [], watchers: [] },
});

/** The times that a ledger notes: of deliveries, and of what relays are given. */
export interface LedgerClocks {
  readonly clock: Clock;
  readonly machineClock: Clock;
}

/** Opens the ledger for the sender. After a write that failed, nothing is written any more. */
export function openLedger(
  store: Store,
  sender: string,
  { clock, machineClock }: LedgerClocks,
): Ledger {
  let waiting = emptyBatch();
  let isWriting = false;
  let failure: { readonly error: unknown } | undefined;
  const unwritten: Verdict[] = [];

  async function writeAll(): Promise<void> {
    // After the other connections of this turn have had their say.
    await new Promise(setImmediate);
    while (failure === undefined && !isEmpty(waiting)) {
      const batch = waiting;
      waiting = emptyBatch();
      try {
        const now = machineClock().epochMilliseconds;
        const writer = { sender, at: storedInstant(clock()) };
        answer(batch, await writeLedger(store, { ...batch, now }, writer));
      } catch (error) {
        failure = { error };
        unwritten.push(...batch.verdicts);
        refuse(batch, error);
      }
    }
    if (failure !== undefined) {
      unwritten.push(...waiting.verdicts);
      refuse(waiting, failure.error);
      waiting = emptyBatch();
    }
    isWriting = false;
  }

  const wake = () => {
    if (isWriting) return;
    isWriting = true;
    writeAll();
  };
  return {
    submit(submission) {
      const answer = Promise.withResolvers<boolean>();
      waiting.submissions.push({ ...submission, answer });
      wake();
      return answer.promise;
    },
    record(verdict) {
      waiting.verdicts.push(verdict);
      wake();
    },
    giveBack(id) {
      waiting.returned.push(id);
      wake();
    },
    count(relay) {
      waiting.uses.set(relay, (waiting.uses.get(relay) ?? 0) + 1);
    },
    add(work) {
      waiting.works.push(work);
      wake();
    },
    settle() {
      const watcher = Promise.withResolvers<void>();
      waiting.watchers.push(watcher);
      wake();
      return watcher.promise;
    },
    async rescue() {
      const writer = { sender, at: storedInstant(clock()) };
      await store
        .transaction((db) => recordVerdicts(db, unwritten.splice(0), writer))
        .catch(() => {});
    },
  };
}

function answer({ submissions, watchers }: Batch, marked: ReadonlySet<number>): void {
  for (const { id, answer } of submissions) answer.resolve(marked.has(id));
  for (const watcher of watchers) watcher.resolve();
}

function refuse({ submissions, watchers }: Batch, error: unknown): void {
  for (const { answer } of submissions) answer.reject(error);
  for (const watcher of watchers) watcher.reject(error);
}

function isEmpty({ uses, ...lists }: Batch): boolean {
  return uses.size === 0 && Object.values(lists).every((list) => list.length === 0);
}
