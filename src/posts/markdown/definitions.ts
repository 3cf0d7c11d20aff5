import type { MarkdownIt, StateBlock } from 'markdown-it';
import { indentOf, lineOf, pushInline } from './block-line.ts';

const MOST_TERMS = 4;
const MARK = /^[:~][ \t]+/;

/** Lists of terms, each line below which `: ` says what they mean. */
export function definitionsPlugin(md: MarkdownIt): void {
  md.block.ruler.before('paragraph', 'definitions', (state, from, to, silent) => {
    const mark = silent ? undefined : firstMeaning(state, from, to);
    if (mark === undefined) return false;
    state.push('dl_open', 'dl', 1);
    for (let line = from; line < mark && !state.isEmpty(line); line++) {
      state.push('dt_open', 'dt', 1);
      pushInline(state, lineOf(state, line).trim());
      state.push('dt_close', 'dt', -1);
    }
    let line = mark;
    while (line < to && isMeaning(state, line)) {
      line = readMeaning(state, line, to);
      const next = state.skipEmptyLines(line);
      if (next < to && isMeaning(state, next)) line = next;
    }
    state.push('dl_close', 'dl', -1);
    state.line = line;
    return true;
  });
}

function isMeaning(state: StateBlock, line: number): boolean {
  const indent = indentOf(state, line);
  return indent >= 0 && indent < 4 && MARK.test(lineOf(state, line));
}

/** The line with what the term at `from` means. One blank line may be above it. */
function firstMeaning(state: StateBlock, from: number, to: number): number | undefined {
  if (isMeaning(state, from)) return undefined;
  for (let line = from + 1; line < Math.min(to, from + MOST_TERMS + 2); line++) {
    if (isMeaning(state, line)) return line;
    if (indentOf(state, line) < 0) return undefined;
    if (state.isEmpty(line))
      return line + 1 < to && isMeaning(state, line + 1) ? line + 1 : undefined;
  }
  return undefined;
}

/** Adds the meaning at `from`, with the indented lines below it. Returns the line after it. */
function readMeaning(state: StateBlock, from: number, to: number): number {
  let end = from + 1;
  let isTight = true;
  for (let line = from + 1; line < to; line++) {
    if (state.isEmpty(line)) continue;
    const isBelowBlank = line > end;
    if (isMeaning(state, line) || (isBelowBlank && indentOf(state, line) < 2)) break;
    if (isBelowBlank) isTight = false;
    end = line + 1;
  }
  const { blkIndent, lineMax, level, parentType } = state;
  const [tShift = 0, sCount = 0] = [state.tShift[from], state.sCount[from]];
  const width = MARK.exec(lineOf(state, from))?.[0].length ?? 2;
  state.push('dd_open', 'dd', 1);
  const first = state.tokens.length;
  state.tShift[from] = tShift + width;
  state.sCount[from] = blkIndent + 2;
  Object.assign(state, { blkIndent: blkIndent + 2, lineMax: end, parentType: 'list' });
  state.md.block.tokenize(state, from, end);
  if (isTight) {
    for (const token of state.tokens.slice(first)) {
      if (token.level === level + 1 && /^paragraph_(?:open|close)$/.test(token.type))
        token.hidden = true;
    }
  }
  Object.assign(state, { blkIndent, lineMax, parentType });
  state.tShift[from] = tShift;
  state.sCount[from] = sCount;
  state.push('dd_close', 'dd', -1);
  return end;
}
