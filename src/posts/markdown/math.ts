import type { MarkdownIt, StateBlock } from 'markdown-it';

/** A formula is short. Marks further apart do not belong together. */
const LONGEST_BLOCK = 5000;
const LONGEST = 300;

const BLOCK = new RegExp(
  `\\$\\$(?:[^$\\\\]|\\\\[\\s\\S]|\\$(?!\\$)){1,${LONGEST_BLOCK}}?\\$\\$`,
  'y',
);
const INLINE = new RegExp(
  `\\$(?=[^\\s$])(?:[^$\\\\\`\\n]|\\\\.|\\n(?!\\s*\\n)){1,${LONGEST}}?\\$(?!\\d)`,
  'y',
);

/**
 * The formula of TeX that starts at `start` of `text`: `$$ ... $$`, or `$ ... $` if it looks like one, so
 * that prices stay prices. Undefined if there is none.
 */
export function mathAt(text: string, start: number): { readonly end: number } | undefined {
  if (text[start] !== '$') return undefined;
  if (text[start + 1] === '$') {
    BLOCK.lastIndex = start;
    const [block = ''] = BLOCK.exec(text) ?? [];
    return block === '' || /\n[ \t]*\n[ \t]*\n/.test(block)
      ? undefined
      : { end: start + block.length };
  }
  INLINE.lastIndex = start;
  const [formula = ''] = INLINE.exec(text) ?? [];
  const inner = formula.slice(1, -1);
  const isFormula =
    /[\\^_{=<>+*]|^\S+$/.test(inner) && !/\s$|\]\(|<\/|:\/\/|\{\{\s|\{%/.test(inner);
  return isFormula && inner !== '' ? { end: start + formula.length } : undefined;
}

/** Formulas stay as they were written. The site's own page shows them; a reader may know TeX. */
export function mathPlugin(md: MarkdownIt): void {
  md.block.ruler.before('fence', 'math', mathBlock, { alt: ['paragraph', 'reference', 'list'] });
  md.inline.ruler.before('escape', 'math', (state, silent) => {
    const end = mathAt(state.src, state.pos)?.end;
    if (end === undefined || end > state.posMax) return false;
    if (!silent) state.push('text_special', '', 0).content = state.src.slice(state.pos, end);
    state.pos = end;
    return true;
  });
}

/** The longest block, in lines: the search for its end must be short. */
const MOST_LINES = 200;

function mathBlock(state: StateBlock, from: number, to: number, silent: boolean): boolean {
  const lineAt = (line: number) =>
    state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line]);
  if ((state.sCount[from] ?? 0) - state.blkIndent >= 4 || lineAt(from).trim() !== '$$')
    return false;
  for (let line = from + 1; line < Math.min(to, from + MOST_LINES); line++) {
    if (lineAt(line).trim() !== '$$') continue;
    if (silent) return true;
    state.line = line + 1;
    state.push('paragraph_open', 'p', 1);
    const formula = state.push('inline', '', 0);
    formula.content = '';
    const text = new state.Token('text_special', '', 0);
    text.content = state.getLines(from, line + 1, state.blkIndent, false);
    formula.children = [text];
    state.push('paragraph_close', 'p', -1);
    return true;
  }
  return false;
}
