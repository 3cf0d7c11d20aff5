import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Expectation } from '../../src/database/migrate.ts';
import { openStore, type Store } from '../../src/database/open-store.ts';
import { BroadsheetError, type ExitCode } from '../../src/kernel/errors.ts';
import { cleanUpAfter } from './clean-up-after.ts';
import { type DatabaseName, newDatabase } from './databases.ts';

/** A store on a new database, closed when the test ends. */
export async function newStore(
  t: TestContext,
  options: { readonly on?: DatabaseName; readonly bare?: boolean } = {},
): Promise<Store> {
  const store = await openStore(await newDatabase(t, options));
  cleanUpAfter(t, () => store.close());
  return store;
}

/** Asserts that the database cannot be opened, why, and that no password is shown. */
export async function refused(
  url: string,
  exitCode: ExitCode,
  message: RegExp,
  expected?: Expectation,
): Promise<void> {
  await assert.rejects(openStore(url, expected), explained(exitCode, message));
}

/** For `assert.rejects`: an error with a sentence for people, and no password in it. */
export function explained(exitCode: ExitCode, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof BroadsheetError, String(error));
    assert.match(error.message, message);
    assert.equal(error.exitCode, exitCode, error.message);
    assert.doesNotMatch(error.message, /hunter2/);
    return true;
  };
}
