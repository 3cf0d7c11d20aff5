import { oneLine } from './one-line.ts';

const LONGEST = 200;

/** Text of a form or a file as one short line; undefined if it is empty. */
export function shortLine(text: string | undefined): string | undefined {
  const line = oneLine(text ?? '')
    .slice(0, LONGEST)
    .toWellFormed()
    .trim();
  return line === '' ? undefined : line;
}
