import { BroadsheetError, EXIT, type ExitCode } from '../kernel/errors.ts';
import { visibleText } from '../kernel/visible-text.ts';
import type { Terminal } from './terminal.ts';

/** The context of every command: where to print, and how to set its exit code. */
export interface Shell {
  readonly terminal: Terminal;
  /** Sets the exit code of a command that succeeded and still has something to report by it. */
  setExitCode(code: ExitCode): void;
}

/** Prints the result of a command: as one JSON object if `json`, otherwise the lines for people. */
export function printResult(
  result: object,
  json: boolean | undefined,
  lines: () => Iterable<string>,
  terminal: Terminal,
): void {
  if (json) terminal.out(JSON.stringify(result));
  else for (const line of lines()) terminal.out(line);
}

/** The question before something that cannot be undone. */
export interface Question {
  /** The effect of `--yes`, after "add --yes to": "send". */
  readonly to: string;
  readonly message: string;
  /** The message after a no: "nothing was sent". */
  readonly otherwise: string;
  /** Lines to show before the question; on standard error, as the question. */
  readonly show?: Iterable<string>;
}

/**
 * Asks on a terminal; the default answer is no. Throws a usage error after a no, and if there is no
 * terminal: a command with `--yes` does not call this.
 */
export async function confirm(
  { to, message, otherwise, show = [] }: Question,
  terminal: Terminal,
): Promise<void> {
  if (!terminal.interactive) {
    throw new BroadsheetError(EXIT.usage, `there is no terminal to ask you; add --yes to ${to}`);
  }
  for (const line of show) terminal.err(line);
  const { confirm: ask } = await import('@clack/prompts');
  const answer = await ask({
    message: visibleText(message),
    initialValue: false,
    output: process.stderr,
  });
  if (answer !== true) throw new BroadsheetError(EXIT.usage, otherwise);
}

/**
 * Asks for a text on a terminal until `flawOf` finds none in it. Undefined without a terminal, and if the
 * user leaves the question.
 */
export async function askText(
  message: string,
  flawOf: (text: string) => string | undefined,
  terminal: Terminal,
): Promise<string | undefined> {
  if (!terminal.interactive) return undefined;
  const { isCancel, text } = await import('@clack/prompts');
  const validate = (value: string | undefined) => flawOf(value?.trim() ?? '');
  const answer = await text({ message, validate, output: process.stderr });
  return isCancel(answer) ? undefined : answer.trim();
}
