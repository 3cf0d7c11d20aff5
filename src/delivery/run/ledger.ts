import { storedInstant } from '../../database/instants.ts';
import type { Store } from '../../database/open-store.ts';
import type { Database } from '../../database/tables.ts';
import type { Clock } from '../../kernel/clock.ts';
import {
  openLedgerWriter,
  recordVerdicts,
  type Submission,
  type Verdict,
  type Writer,
} from '../queries/verdicts.ts';

/** What waits for the next transaction. */
interface Batch {
  readonly submissions: (Submission & { readonly answer: PromiseWithResolvers<boolean> })[];
  readonly verdicts: Verdict[];
  readonly requeued: number[];
  readonly works: ((db: Database) => Promise<void>)[];
  /** Callers that wait until it is written. */
  readonly watchers: PromiseWithResolvers<void>[];
}

const emptyBatch = (): Batch => ({
  submissions: [],
  verdicts: [],
  requeued: [],
  works: [],
  watchers: [],
});

const NO_USES: ReadonlyMap<string, number> = new Map();

/**
 * What one sender writes about its leased deliveries. Writes of several connections at the same
 * time become one transaction, in their order: one wait for the disk serves all. When a mark is on
 * disk, the verdict on the connection's previous message is too. So one connection never has more
 * than one message that is marked and has no verdict. After a failed write, it writes nothing more.
 */
export class Ledger {
  readonly #store: Store;
  readonly #write: ReturnType<typeof openLedgerWriter>;
  readonly #sender: string;
  readonly #clocks: { readonly clock: Clock; readonly machineClock: Clock };
  #waiting = emptyBatch();
  /** Messages by relay that are not written yet. */
  #uses = new Map<string, number>();
  #isWriting = false;
  #failure: { readonly error: unknown } | undefined;
  readonly #unwritten: Verdict[] = [];

  /** `clock` is for the times of deliveries, `machineClock` for the use of relays. */
  constructor(
    store: Store,
    sender: string,
    clocks: { readonly clock: Clock; readonly machineClock: Clock },
  ) {
    this.#store = store;
    this.#write = openLedgerWriter(store);
    this.#sender = sender;
    this.#clocks = clocks;
  }

  /**
   * Marks a delivery as about to be accepted; resolves when the mark is on disk. False: do not send
   * it.
   */
  submit(submission: Submission): Promise<boolean> {
    const answer = Promise.withResolvers<boolean>();
    this.#waiting.submissions.push({ ...submission, answer });
    this.#wake();
    return answer.promise;
  }

  /** Records the relay's verdict; no need to await it. If the write fails, `settle` throws. */
  record(verdict: Verdict): void {
    this.#waiting.verdicts.push(verdict);
    this.#wake();
  }

  /** Requeues a delivery; no need to await it. */
  requeue(id: number): void {
    this.#waiting.requeued.push(id);
    this.#wake();
  }

  /**
   * Counts a message sent to a relay that has no quota, for reports. It is written when somebody waits for
   * `settle`: all senders share the row, and each would wait for the commits of the others.
   */
  count(relay: string): void {
    this.#uses.set(relay, (this.#uses.get(relay) ?? 0) + 1);
  }

  /** Adds other work to the next transaction. */
  add(work: (db: Database) => Promise<void>): void {
    this.#waiting.works.push(work);
    this.#wake();
  }

  /**
   * Waits until all writes so far are on disk. After a failed write it always throws that first
   * error.
   */
  settle(): Promise<void> {
    const watcher = Promise.withResolvers<void>();
    this.#waiting.watchers.push(watcher);
    this.#wake();
    return watcher.promise;
  }

  /**
   * After a failed write: tries a last time to record the verdicts of relays since then. Otherwise
   * those messages would be in doubt. Never throws.
   */
  async rescue(): Promise<void> {
    const verdicts = this.#unwritten.splice(0);
    await this.#store
      .transaction((db) => recordVerdicts(db, verdicts, this.#writer()))
      .catch(() => {});
  }

  #wake(): void {
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    // First let the other connections of this turn add their writes.
    await new Promise(setImmediate);
    while (this.#failure === undefined && !isEmpty(this.#waiting)) {
      const batch = this.#waiting;
      this.#waiting = emptyBatch();
      try {
        const now = this.#clocks.machineClock().epochMilliseconds;
        const uses = batch.watchers.length > 0 ? this.#takeUses() : NO_USES;
        answer(batch, await this.#write({ ...batch, uses, now }, this.#writer()));
      } catch (error) {
        this.#failure = { error };
        this.#refuse(batch, error);
      }
    }
    if (this.#failure !== undefined) {
      this.#refuse(this.#waiting, this.#failure.error);
      this.#waiting = emptyBatch();
    }
    this.#isWriting = false;
  }

  #takeUses(): ReadonlyMap<string, number> {
    const uses = this.#uses;
    this.#uses = new Map();
    return uses;
  }

  #refuse({ submissions, watchers, verdicts }: Batch, error: unknown): void {
    this.#unwritten.push(...verdicts);
    for (const { answer } of submissions) answer.reject(error);
    for (const watcher of watchers) watcher.reject(error);
  }

  #writer(): Writer {
    return { sender: this.#sender, at: storedInstant(this.#clocks.clock()) };
  }
}

function answer({ submissions, watchers }: Batch, marked: ReadonlySet<number>): void {
  for (const { id, answer } of submissions) answer.resolve(marked.has(id));
  for (const watcher of watchers) watcher.resolve();
}

function isEmpty(batch: Batch): boolean {
  return Object.values(batch).every((list) => list.length === 0);
}
