import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import { visibleText } from '../kernel/visible-text.ts';
import type { Terminal } from './terminal.ts';

/** What is asked before something that cannot be taken back. */
export interface Question {
  /** What `--yes` lets it do: "send", after "add --yes to". */
  readonly to: string;
  readonly message: string;
  /** What is said of a no: "nothing was sent". */
  readonly otherwise: string;
  /** Shows what it is about, before it is asked. */
  readonly show?: () => void;
}

/**
 * Asks on a terminal, where the answer is no unless somebody says yes. Throws a usage error when it is
 * no, and where there is nobody to ask: there a command needs `--yes`, and does not come here.
 */
export async function confirm(
  { to, message, otherwise, show }: Question,
  terminal: Terminal,
): Promise<void> {
  if (!terminal.interactive) {
    throw new BroadsheetError(EXIT.usage, `there is nobody to ask here; add --yes to ${to}`);
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
