import { BroadsheetError, EXIT, reasonOf } from '../kernel/errors.ts';

/** SQLite's primary result codes (https://sqlite.org/rescode.html) that are not our bugs. */
const SQLITE = {
  busy: 5,
  locked: 6,
  readonly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  notADatabase: 26,
} as const;

/** The remedy for a damaged file. */
export const PUT_BACK =
  'restore its newest backup, as docs/backups.md says, and leave the journal as it is';

/**
 * Explains a SQLite error: returns an error that a user can fix, if it is about the file, the disk or
 * another process. Returns any other error unchanged, because it is our bug.
 */
export function explainSqliteError(error: unknown, file: string): unknown {
  const explained = (exitCode: BroadsheetError['exitCode'], remedy: string) =>
    new BroadsheetError(exitCode, `${file}  ${reasonOf(error)}; ${remedy}`, { cause: error });
  switch (primaryCode(error)) {
    case SQLITE.busy:
    case SQLITE.locked:
      return explained(EXIT.tryAgain, 'another program is writing to it; run the command again');
    case SQLITE.full:
      return explained(EXIT.disk, 'make room on the disk and run the command again');
    case SQLITE.ioError:
      // Also the error of a completely full disk: SQLite cannot make the memory that programs share.
      return explained(
        EXIT.disk,
        'check that the disk has room, and that the folder and the file can be read and written',
      );
    case SQLITE.readonly:
    case SQLITE.cantOpen:
      return explained(EXIT.disk, 'check that the folder and the file can be read and written');
    case SQLITE.corrupt:
      return explained(EXIT.config, PUT_BACK);
    case SQLITE.notADatabase:
      return explained(EXIT.config, 'name another file in database.url');
    default:
      return error;
  }
}

/** Whether another program has the requested lock; it may release it soon. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === SQLITE.busy;
}

function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
