import { storedInstant } from '../../database/instants.ts';
import type { Store } from '../../database/open-store.ts';
import type { Database } from '../../database/tables.ts';
import type { Clock } from '../../kernel/clock.ts';
import { recordVerdicts, type Submission, type Verdict } from '../queries/verdicts.ts';
import { writeLedger } from '../queries/write-ledger.ts';

/**
 * What one sender writes about its leased deliveries. Writes of several connections at the same
 * time become one transaction, in their order: one wait for the disk serves all. When a mark is on
 * disk, the verdict on the connection's previous message is too. So one connection never has more
 * than one message that is marked and has no verdict.
 */
export interface Ledger {
  /**
   * Marks a delivery as about to be accepted; resolves when the mark is on disk. False: do not send
   * it.
   */
  submit(submission: Submission): Promise<boolean>;
  /** Records the relay's verdict; no need to await it. If the write fails, `settle` throws. */
  record(verdict: Verdict): void;
  /** Requeues a delivery; no need to await it. */
  giveBack(id: number): void;
  /** Counts a message sent to a relay. */
  count(relay: string): void;
  /** Adds other work to the next transaction. */
  add(work: (db: Database) => Promise<void>): void;
  /**
   * Waits until all writes so far are on disk. After a failed write it always throws that first
   * error.
   */
  settle(): Promise<void>;
  /**
   * After a failed write: tries a last time to record the verdicts of relays since then. Otherwise
   * those messages would be in doubt. Never throws.
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
  /** Callers that wait until it is written. */
  readonly watchers: PromiseWithResolvers<void>[];
}

const emptyBatch = (): Batch => ({
  ...{ submissions: [], verdicts: [], returned: [] },
  ...{ uses: new Map(), works: [], watchers: [] },
});

/** The clocks for a ledger's times: of deliveries, and of relay use. */
export interface LedgerClocks {
  readonly clock: Clock;
  readonly machineClock: Clock;
}

/** Opens the ledger for the sender. After a failed write, it writes nothing more. */
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
    // First let the other connections of this turn add their writes.
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
