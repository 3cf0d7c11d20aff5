import { DatabaseSync } from 'node:sqlite';
import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import type { PlaceOfDatabase } from '../settings/place-of-database.ts';
import { explainSqliteError, isBusy } from './explain-sqlite-error.ts';

/**
 * A SQLite database that is completely in one file, and that no other program can use until it is closed.
 */
export interface LockedFile {
  /** Saves the location of the database, on the disk. */
  notePlace(place: PlaceOfDatabase): void;
  close(): void;
}

/** A program that has just ended may still release its lock. */
const PATIENCE_MS = 1000;

/**
 * Locks the database in `file` for this program alone, and moves its write-ahead log into the file.
 * Throws a `BroadsheetError`: try again (75) if another program has it open, else the error of
 * `explainSqliteError`.
 */
export function lockSqlite(file: string): LockedFile {
  const database = new DatabaseSync(file, { timeout: PATIENCE_MS });
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      throw isBusy(error) ? inUse(file, error) : explainSqliteError(error, file);
    }
  };
  try {
    attempt(() => {
      // The change from WAL needs exclusive access: any program that has the file open prevents it, even
      // a reader.
      database.exec(
        'pragma locking_mode = exclusive; pragma synchronous = full; pragma journal_mode = delete; begin exclusive; commit',
      );
    });
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    notePlace: (place) =>
      attempt(() => {
        database.prepare('update identity set place = ?').run(JSON.stringify(place));
      }),
    close: () => database.close(),
  };
}

function inUse(file: string, cause: unknown): BroadsheetError {
  const remedy = 'stop it (`broadsheet start`, a send, cron), then run this again';
  return new BroadsheetError(EXIT.tryAgain, `${file}  is used by another program; ${remedy}`, {
    cause,
  });
}
