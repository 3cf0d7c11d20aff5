import type { ExitCode } from '../kernel/errors.ts';
import type { Terminal } from './terminal.ts';

/** The context of every command: where to print, and how to set its exit code. */
export interface Shell {
  readonly terminal: Terminal;
  /** Sets the exit code of a command that succeeded and still has something to report by it. */
  setExitCode(code: ExitCode): void;
}
