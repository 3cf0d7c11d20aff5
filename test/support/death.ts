import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { StatementSync } from 'node:sqlite';

/** What everything that the program asks of SQLite or of the disk ends with once it is dead. */
export class Killed extends Error {}

/**
 * Runs `work` as a program that is killed before its `step`-th statement of SQLite or write to a
 * file (counted from 1): from then on none of them is done. Gives whether it came that far. What
 * `work` itself throws of it is caught; other errors are thrown on.
 */
export async function killedAt(step: number, work: () => Promise<unknown>): Promise<boolean> {
  let steps = 0;
  const { run, all } = StatementSync.prototype;
  const { writeFileSync, fsyncSync } = fs;
  const dying = <Call extends (...given: never[]) => unknown>(call: Call): Call =>
    function (this: unknown, ...given: Parameters<Call>) {
      steps += 1;
      if (steps >= step) throw new Killed('killed');
      return call.apply(this, given);
    } as Call;
  Object.assign(StatementSync.prototype, { run: dying(run), all: dying(all) });
  Object.assign(fs, { writeFileSync: dying(writeFileSync), fsyncSync: dying(fsyncSync) });
  syncBuiltinESMExports();
  try {
    await work();
  } catch (error) {
    if (steps < step) throw error;
  } finally {
    Object.assign(StatementSync.prototype, { run, all });
    Object.assign(fs, { writeFileSync, fsyncSync });
    syncBuiltinESMExports();
  }
  return steps >= step;
}
