import type { Store } from '../store/open-store.ts';
import type { Database } from '../store/tables.ts';

/** Runs a piece of work in a transaction that others may share; done when that is on the disk. */
export type Commit = <Result>(work: (db: Database) => Promise<Result>) => Promise<Result>;

interface Waiting {
  readonly run: (db: Database) => Promise<void>;
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Writing through one transaction for all that ask at the same time: the disk is waited for once,
 * not once for each connection. When one piece of work fails, none of those that shared is stored.
 */
export function groupCommits(store: Store): Commit {
  let waiting: Waiting[] = [];
  let isRunning = false;

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        await store.transaction(async (db) => {
          for (const work of group) await work.run(db);
        });
        for (const work of group) work.done();
      } catch (error) {
        for (const work of group) work.fail(error);
      }
    }
    isRunning = false;
  }

  return <Result>(work: (db: Database) => Promise<Result>) =>
    new Promise<Result>((resolve, reject) => {
      let result: Result;
      waiting.push({
        run: async (db) => {
          result = await work(db);
        },
        done: () => resolve(result),
        fail: reject,
      });
      if (isRunning) return;
      isRunning = true;
      // After the other connections of this turn have had their say.
      setImmediate(run);
    });
}
