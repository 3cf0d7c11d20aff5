import MarkdownIt from 'markdown-it';
import { mathAt } from './math.ts';

/** A part of a text, from `start` up to but not including `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Reads the blocks of a text, nothing inside a paragraph. */
const blocks = new MarkdownIt({ html: true, maxNesting: 50 });
const CODE_BLOCKS = new Set(['fence', 'code_block']);

/** A code span is short. A longer one is two stray marks. */
const LONGEST_SPAN = 5000;
const MARK = /\\[\\`$]|`+|\$|<(pre|code|script|style|textarea|xmp|samp)(?=[\s>])/gi;

/**
 * The code in Markdown `text`, in order: fenced and indented blocks, code spans, formulas, and the
 * elements of HTML whose content is code. What is a block of code, the Markdown parser says. Takes
 * linear time.
 */
export function codeRanges(text: string): Range[] {
  const inBlocks = blockRanges(text);
  const ranges: Range[] = [];
  let from = 0;
  for (const block of [...inBlocks, { start: text.length, end: text.length }]) {
    from = Math.max(from, ranges.at(-1)?.end ?? 0);
    if (block.start > from) ranges.push(...spanRanges(text, from, block.start));
    if (block.end > block.start) ranges.push(block);
    from = block.end;
  }
  return ranges;
}

function blockRanges(text: string): Range[] {
  if (!/^(?: {4}| {0,3}\t)|[`~]{3}|[\n>*+\-.)] {0,3}(?: {4}|\t)/.test(text)) return [];
  const tokens: Parameters<typeof blocks.block.parse>[3] = [];
  blocks.block.parse(text, blocks, {}, tokens);
  const lines = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.push(at + 1);
  return tokens.flatMap(({ type, map }) => {
    if (map === null || !CODE_BLOCKS.has(type)) return [];
    return [{ start: lines[map[0]] ?? text.length, end: lines[map[1]] ?? text.length }];
  });
}

/** Code in a paragraph or in HTML, between `from` and `to`. */
function spanRanges(text: string, from: number, to: number): Range[] {
  const part = text.slice(from, to);
  const marks = [...part.matchAll(MARK)];
  const closing = closingMarks(marks);
  const endOf = new Map<string, number>();
  const ranges: Range[] = [];
  let done = 0;
  for (const [at, { index, 0: mark, 1: element }] of marks.entries()) {
    if (index < done || mark.startsWith('\\')) continue;
    let end: number | undefined;
    if (mark.startsWith('`')) end = closing.get(at);
    else if (mark === '$') end = mathAt(part, index)?.end;
    else end = endOfElement(part, element ?? '', index, endOf);
    if (end === undefined) continue;
    if (mark.startsWith('`')) {
      if (end - index > LONGEST_SPAN || /\n[ \t]*\n/.test(part.slice(index, end))) continue;
    }
    ranges.push({ start: from + index, end: from + end });
    done = end;
  }
  return ranges;
}

/** Where the code span ends that each run of backticks opens: at the next run of its length. */
function closingMarks(marks: readonly RegExpExecArray[]): ReadonlyMap<number, number> {
  const next = new Map<number, number>();
  const closing = new Map<number, number>();
  for (let at = marks.length - 1; at >= 0; at--) {
    const [mark = ''] = marks[at] ?? [];
    if (!mark.startsWith('`')) continue;
    const end = next.get(mark.length);
    if (end !== undefined) closing.set(at, end);
    next.set(mark.length, (marks[at]?.index ?? 0) + mark.length);
  }
  return closing;
}

/** `ends` caches the end found last for each element: no text is searched twice. */
function endOfElement(
  text: string,
  element: string,
  from: number,
  ends: Map<string, number>,
): number | undefined {
  const name = element.toLowerCase();
  const known = ends.get(name);
  if (known !== undefined && known > from) return known === Number.MAX_VALUE ? undefined : known;
  const pattern = new RegExp(`</${name}\\s{0,20}>`, 'gi');
  pattern.lastIndex = from;
  const found = pattern.test(text) ? pattern.lastIndex : undefined;
  ends.set(name, found ?? Number.MAX_VALUE);
  return found;
}

/** Whether a position is in one of `ranges` (sorted). Call it with growing positions only. */
export function inRanges(ranges: readonly Range[]): (at: number) => boolean {
  let next = 0;
  return (at) => {
    while ((ranges[next]?.end ?? Number.POSITIVE_INFINITY) <= at) next++;
    return (ranges[next]?.start ?? Number.POSITIVE_INFINITY) <= at;
  };
}

/** `ranges` in order, without those that begin in another one. */
export function joined(ranges: readonly Range[]): readonly Range[] {
  const sorted = ranges.toSorted((one, other) => one.start - other.start);
  let end = 0;
  return sorted.filter((range) => {
    const isApart = range.start >= end;
    if (isApart) end = range.end;
    return isApart;
  });
}
