/** A part of a text, from `start` up to but not including `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

const FENCE = /^(?: {0,3}|(?: *(?:[-*+]|\d+[.)]) +))?(`{3,}|~{3,})(.*)$/;

/**
 * The fenced code and code spans (CommonMark §4.5, §6.1) in Markdown `text`, in order. Does not
 * find indented code: in lists and in HTML the same white space means something else.
 */
export function codeRanges(text: string): Range[] {
  const ranges: Range[] = [];
  let opened: { readonly fence: string; readonly start: number } | undefined;
  let spansFrom = 0;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const fence = fenceOf(text.slice(start, end));
    if (opened === undefined && fence?.opens) {
      ranges.push(...codeSpans(text, spansFrom, start));
      opened = { fence: fence.marks, start };
    } else if (opened !== undefined && fence?.closes && closes(fence.marks, opened.fence)) {
      ranges.push({ start: opened.start, end });
      opened = undefined;
      spansFrom = end;
    }
    start = end + 1;
  }
  if (opened !== undefined) return [...ranges, { start: opened.start, end: text.length }];
  return [...ranges, ...codeSpans(text, spansFrom, text.length)];
}

function fenceOf(line: string) {
  const match = FENCE.exec(line);
  if (match === null) return undefined;
  const [, marks = '', info = ''] = match;
  return { marks, opens: !(marks[0] === '`' && info.includes('`')), closes: info.trim() === '' };
}

function closes(marks: string, opening: string): boolean {
  return marks[0] === opening[0] && marks.length >= opening.length;
}

/** Runs of backticks, each paired with the next run of its length in the same paragraph. */
function codeSpans(text: string, from: number, to: number): Range[] {
  const runs = [...text.slice(from, to).matchAll(/`+/g)].map(({ index, 0: marks }) => ({
    start: from + index,
    end: from + index + marks.length,
  }));
  const nextOfLength = new Map<number, Range>();
  const closingOf = new Map<Range, Range | undefined>();
  for (const run of runs.toReversed()) {
    const length = run.end - run.start;
    closingOf.set(run, nextOfLength.get(length));
    nextOfLength.set(length, run);
  }
  const ranges: Range[] = [];
  for (const run of runs) {
    const close = closingOf.get(run);
    if (close === undefined || run.start < (ranges.at(-1)?.end ?? from)) continue;
    // A code span is short. A longer one is two stray marks, and searching further takes quadratic
    // time.
    const { start } = run;
    if (close.end - start > 5000 || /\n[ \t]*\n/.test(text.slice(start, close.start))) continue;
    ranges.push({ start, end: close.end });
  }
  return ranges;
}

/** Whether a position is in one of `ranges` (sorted). Call it with growing positions only. */
export function inRanges(ranges: readonly Range[]): (at: number) => boolean {
  let next = 0;
  return (at) => {
    while ((ranges[next]?.end ?? Number.POSITIVE_INFINITY) <= at) next++;
    return (ranges[next]?.start ?? Number.POSITIVE_INFINITY) <= at;
  };
}
