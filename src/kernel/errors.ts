/** The exit codes of BSD's sysexits.h that Broadsheet uses, and when. */
export const EXIT = {
  /** All requested work is done. */
  ok: 0,
  /** EX_USAGE: the command line is wrong. */
  usage: 64,
  /** EX_DATAERR: some posts (or lines of an import) are broken; the others were processed. */
  data: 65,
  /** EX_NOUSER: the send is complete and some addresses were refused permanently. */
  noUser: 67,
  /** EX_UNAVAILABLE: a necessary service (the relay, the database server) is away. */
  unavailable: 69,
  /** EX_SOFTWARE: our bug. */
  software: 70,
  /** EX_IOERR: the disk refused a read or write. */
  disk: 74,
  /** EX_TEMPFAIL: a part of the work is not done yet; run the same command again. */
  tryAgain: 75,
  /**
   * EX_CONFIG: the config, a template or a secret is missing or wrong, the database is on hold, or a
   * build would empty a feed: nothing was done.
   */
  config: 78,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * An error that a user can fix: `message` is one sentence (or several lines, one per problem) with the
 * place, the fact and the remedy. The code that finds the problem throws it once. The command line prints
 * it once, without a stack, and exits with `exitCode`.
 */
export class BroadsheetError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BroadsheetError';
    this.exitCode = exitCode;
  }
}

/** The message of any thrown value, for use in a sentence. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
