import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import { visibleText } from '../kernel/visible-text.ts';
import type { Terminal } from './terminal.ts';

/** The question before something that cannot be undone. */
export interface Question {
  /** The effect of `--yes`, after "add --yes to": "send". */
  readonly to: string;
  readonly message: string;
  /** The message after a no: "nothing was sent". */
  readonly otherwise: string;
  /** Shows the details before the question. */
  readonly show?: () => void;
}

/**
 * Asks on a terminal; the default answer is no. Throws a usage error after a no, and if there is no
 * terminal: a command with `--yes` does not call this.
 */
export async function confirm(
  { to, message, otherwise, show }: Question,
  terminal: Terminal,
): Promise<void> {
  if (!terminal.interactive) {
    throw new BroadsheetError(EXIT.usage, `there is no terminal to ask on; add --yes to ${to}`);
  }
  show?.();
  const { confirm: ask } = await import('@clack/prompts');
  const answer = await ask({
    message: visibleText(message),
    initialValue: false,
    output: process.stderr,
  });
  if (answer !== true) throw new BroadsheetError(EXIT.usage, otherwise);
}
