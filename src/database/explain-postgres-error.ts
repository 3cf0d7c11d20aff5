import { BroadsheetError, EXIT, type ExitCode, reasonOf } from '../kernel/errors.ts';

const AGAIN = 'run the command again: it continues with what is not stored yet';
const WHO = 'check the user, the password and the name in the URL of the database';
const SERVER = 'see that the server runs and can be reached, and run the command again';
const TLS = 'check sslmode and sslrootcert in the URL of the database';
const POOLER =
  'leave ?options= out of the URL of the database, and set search_path by "alter role"; or name the server in place of the pooler';
const RIGHTS = 'let the owner of the database grant its user all rights on the schema';

/**
 * PostgreSQL's conditions (appendix A of its manual) and Node's connection errors that are not our bugs,
 * by code or by the class at the start of the code.
 */
const CONDITIONS: readonly (readonly [codes: RegExp, ExitCode, remedy: string])[] = [
  [/^(28|3D000)/, EXIT.config, WHO],
  [/^(42501|3F000)/, EXIT.config, RIGHTS],
  [/^25006/, EXIT.config, 'name the server that can be written to'],
  // Disk full; a disk error.
  [/^(53100|58030)/, EXIT.disk, "make room on the server's disk and run the command again"],
  [/^(53300|57P0|08)/, EXIT.unavailable, SERVER],
  // A statement or a pause that took too long.
  [/^(57014|25P0[34])/, EXIT.tryAgain, AGAIN],
  // Serialisation failure, deadlock, lock not available, and a row that another program has stored.
  [/^(40|55P03|23505)/, EXIT.tryAgain, 'another program was faster; run it again'],
  // A certificate file that the URL names; without `open` it is the socket of a server.
  [/^(ENOENT|EACCES) open/, EXIT.config, TLS],
  [/CERT|^ERR_(TLS|SSL)|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)_/, EXIT.config, TLS],
  [/^(ECONNRESET|EPIPE)/, EXIT.unavailable, AGAIN],
  [/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|E\w+UNREACH|ENOENT)/, EXIT.unavailable, SERVER],
];

/** Errors that `pg` throws without a code, or poolers with a vague one, by their text. */
const WORDS: typeof CONDITIONS = [
  [/unsupported startup parameter/, EXIT.config, POOLER],
  [/does not support SSL|SSL (connection|negotiation)/i, EXIT.config, TLS],
  [/^SASL|password/i, EXIT.config, WHO],
  [/connection is closed|terminated unexpectedly|not queryable/i, EXIT.unavailable, AGAIN],
  [/timeout|terminated/i, EXIT.unavailable, SERVER],
];

/**
 * Explains an error of `pg`: returns an error that a user can fix, if it is about the server, its rights,
 * its disk or another program. Returns any other error unchanged, because it is our bug. `place` is the
 * database without its password.
 */
export function explainPostgresError(error: unknown, place: string): unknown {
  if (!(error instanceof Error) || error instanceof BroadsheetError) return error;
  const code = codeOf(error);
  const condition =
    code === undefined || isOfPooler(error)
      ? WORDS.find(([words]) => words.test(error.message))
      : CONDITIONS.find(([codes]) => codes.test(code));
  if (condition === undefined) return error;
  const [, exitCode, remedy] = condition;
  return new BroadsheetError(exitCode, `${place}  ${wordsOf(error)}; ${remedy}`, { cause: error });
}

/**
 * PgBouncer's text for a request that it does not forward. Its code (08P01) is the code of a broken
 * connection.
 */
function isOfPooler({ message }: Error): boolean {
  return message.startsWith('unsupported startup parameter');
}

function codeOf(error: Error): string | undefined {
  if (!('code' in error) || typeof error.code !== 'string') return undefined;
  return 'syscall' in error ? `${error.code} ${error.syscall}` : error.code;
}

/** If a name has several addresses and all refuse, the error contains several errors and has no text. */
function wordsOf(error: Error): string {
  return error.message === '' && error instanceof AggregateError
    ? error.errors.map(reasonOf).join(', ')
    : error.message;
}
