import { foldSpace } from '../kernel/clean-text.ts';

// East Asian wide characters and emoji take two columns of a fixed-width screen (UAX 11, roughly).
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Number of columns of `text` on a fixed-width screen. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (/\p{M}|\p{Cf}/u.test(character)) continue;
    columns += WIDE.test(character) ? 2 : 1;
  }
  return columns;
}

/**
 * `text` in lines of at most `width` columns, broken at spaces. A longer word (an address) stays
 * whole, but scripts without spaces break anywhere. Lines after the first start with `indent`,
 * which counts. A line never starts with text that has a special meaning in an mbox or a mail
 * program (`>`, `From `, `-- `).
 */
export function wrapText(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  // Added up step by step, because a line can have many characters: combining marks take no column.
  let columns = 0;
  for (const piece of piecesOf(text)) {
    const prefix = lines.length === 0 ? '' : indent;
    if (line !== '' && columnsOf(prefix) + columns + columnsOf(piece.trimEnd()) > width) {
      lines.push(`${prefix}${line.trimEnd()}`);
      line = '';
      columns = 0;
    }
    const added = line === '' ? piece.trimStart() : piece;
    line += added;
    columns += columnsOf(added);
  }
  lines.push(`${lines.length === 0 ? '' : indent}${line.trimEnd()}`);
  return lines.map((each) => each.replace(/^(>|From |--? ?$)/, ' $1')).join('\n');
}

/** `text` with a line of `mark` of the same width under it. */
export function underline(text: string, mark: string): string {
  const longest = Math.max(...text.split('\n').map(columnsOf));
  return `${text}\n${mark.repeat(longest)}`;
}

function piecesOf(text: string): string[] {
  const words = foldSpace(text).match(/[^ ]+ ?/g) ?? [];
  return words.flatMap((word) => (WIDE.test(word) ? [...word] : [word]));
}
