import type { ExitCode } from '../kernel/errors.ts';
import type { Terminal } from './terminal.ts';

/** What every command is given: where to print, and how to say its exit code. */
export interface Shell {
  readonly terminal: Terminal;
  /** Sets the exit code of a command that went through but has something to tell by it. */
  setExitCode(code: ExitCode): void;
}
