/** Exit codes of BSD's sysexits.h that Broadsheet uses, and when. */
export const EXIT = {
  /** Everything that was asked for is done. */
  ok: 0,
  /** EX_USAGE: the command line is wrong. */
  usage: 64,
  /** EX_DATAERR: some posts (or lines of an import) are broken; the others went through. */
  data: 65,
  /** EX_NOUSER: the send is over and some addresses were refused for good. */
  noUser: 67,
  /** EX_UNAVAILABLE: a service that is needed (the relay, the database server) is away. */
  unavailable: 69,
  /** EX_SOFTWARE: a bug of ours. */
  software: 70,
  /** EX_IOERR: the disk refused to read or write. */
  disk: 74,
  /** EX_TEMPFAIL: part of the work is left to do; run the same command again. */
  tryAgain: 75,
  /**
   * EX_CONFIG: the config, a template or a secret is missing or wrong, the database is held, or a
   * build would empty a feed: nothing was done.
   */
  config: 78,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * An error that a user can act on: `message` is one sentence (or several lines, one per
 * problem) with the place, the fact and the remedy. It is thrown once where it is known, and
 * printed once, without a stack, by the command line, which exits with `exitCode`.
 */
export class BroadsheetError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BroadsheetError';
    this.exitCode = exitCode;
  }
}

/** The message of anything thrown, for putting into a sentence. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
