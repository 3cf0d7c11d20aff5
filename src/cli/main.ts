import { CommanderError } from 'commander';
import { BroadsheetError, EXIT, type ExitCode, reasonOf } from '../kernel/errors.ts';
import { createProgram } from './program.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/** Runs `broadsheet` with `argv` (without node and the script). Returns the exit code; never throws. */
export async function main(argv: readonly string[], terminal = processTerminal): Promise<ExitCode> {
  // A reader that stops early (`| head`) is not an error.
  process.stdout.on('error', () => process.exit(EXIT.ok));
  // Nobody reads the output any more (the terminal was closed). A send must still stop cleanly.
  process.stderr.on('error', () => {});
  try {
    let exitCode: ExitCode = EXIT.ok;
    const program = createProgram(terminal, (code) => {
      exitCode = code;
    });
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(error, argv, terminal);
  }
}

function report(error: unknown, argv: readonly string[], terminal: Terminal): ExitCode {
  // Commander has already printed its help or its error; help is not an error.
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
  const exitCode = exitCodeOf(error);
  const message = reasonOf(error).replace(/^error: /, '');
  if (argv.includes('--json')) terminal.out(JSON.stringify({ error: { message, exitCode } }));
  if (error instanceof CommanderError) return exitCode;
  for (const line of message.split('\n')) {
    terminal.err(`${terminal.paintErr(['bold', 'red'], 'broadsheet:')} ${line}`);
  }
  if (exitCode === EXIT.software) {
    terminal.err('This is a bug in Broadsheet. Please report it with the text below.');
    terminal.err(error instanceof Error ? (error.stack ?? message) : message);
  } else if (argv.includes('--verbose') && error instanceof Error && error.cause !== undefined) {
    terminal.err(`caused by: ${reasonOf(error.cause)}`);
  }
  return exitCode;
}

/** System errors for a disk that is full, read-only, broken or not writable for us. */
const DISK_ERROR = /^(ENOSPC|EDQUOT|EROFS|EIO|EACCES|EPERM|ENOTDIR|EISDIR|EMFILE)$/;

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof BroadsheetError) return error.exitCode;
  if (error instanceof CommanderError) return EXIT.usage;
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  return DISK_ERROR.test(code) ? EXIT.disk : EXIT.software;
}
