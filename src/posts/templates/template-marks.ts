import type { Range } from '../markdown/code-ranges.ts';

/**
 * A piece of template language in a post's text: a tag `{% name args %}` or output `{{ value |
 * filter }}` (Liquid, Nunjucks, Jinja), a comment, or a shortcode `{{< name >}}` (Hugo).
 */
export interface TemplateMark extends Range {
  readonly kind: 'tag' | 'output' | 'comment' | 'shortcode';
  /** Set for a tag or shortcode, empty for others. */
  readonly name: string;
  /** The text between the braces, without the name. */
  readonly args: string;
}

/** The replacement of a template mark in the text. */
export interface Replacement {
  readonly text: string;
  /** Why the mark is left out, if a person should know. */
  readonly warning?: string;
}

/** Takes a warning, with its line (1 is the first of the text). */
export type Warn = (line: number, message: string) => void;

/** No author writes a longer tag. Braces further apart do not belong together. */
const LONGEST_MARK = 4000;

/**
 * The marks of `text` in order. Ignores marks that start in one of `skip` (sorted), and text
 * between `{% raw %}` and `{% endraw %}`. Takes linear time.
 */
export function findMarks(text: string, skip: readonly Range[]): TemplateMark[] {
  const marks: TemplateMark[] = [];
  const nextTagEnd = scanner(text, /%\}/g);
  const nextOutputEnd = scanner(text, /\}\}/g);
  const nextEndRaw = scanner(text, /\{%-?\s{0,20}endraw\s{0,20}-?%\}/g);
  const nextEndComment = scanner(text, /\{%-?\s{0,20}endcomment\s{0,20}-?%\}/g);
  let skipAt = 0;
  for (let at = text.indexOf('{'); at !== -1; at = text.indexOf('{', at)) {
    while ((skip[skipAt]?.end ?? Number.POSITIVE_INFINITY) <= at) skipAt++;
    const skipped = skip[skipAt];
    if (skipped !== undefined && skipped.start <= at) {
      at = skipped.end;
      continue;
    }
    const second = text[at + 1];
    const next = second === '%' ? nextTagEnd : second === '{' ? nextOutputEnd : undefined;
    const end = next?.(at + 2)?.end;
    if (end === undefined || end - at > LONGEST_MARK) {
      at++;
      continue;
    }
    const mark = markOf(text, at, end);
    const isBlock = mark.kind === 'comment' && mark.name === 'comment';
    at = isBlock ? (nextEndComment(end)?.end ?? end) : end;
    marks.push({ ...mark, end: at });
    const endRaw = mark.name === 'raw' ? nextEndRaw(at) : undefined;
    if (endRaw === undefined) continue;
    marks.push({ kind: 'tag', name: 'endraw', args: '', ...endRaw });
    at = endRaw.end;
  }
  return marks;
}

/** Returns a function that finds the next match of `pattern`. Call it with growing positions. */
function scanner(text: string, pattern: RegExp): (from: number) => Range | undefined {
  let found: Range | undefined = { start: -1, end: -1 };
  return (from) => {
    if (found === undefined || found.start >= from) return found;
    pattern.lastIndex = from;
    const match = pattern.exec(text);
    found = match === null ? undefined : { start: match.index, end: pattern.lastIndex };
    return found;
  };
}

function markOf(text: string, start: number, end: number): TemplateMark {
  const inner = text.slice(start + 2, end - 2);
  const isOutput = text[start + 1] === '{';
  if (isOutput && /^[<%]/.test(inner)) {
    const [, name = '', args = ''] = /^[<%]-?\s*\/?\s*(\S*)([\s\S]*?)[>%]?$/.exec(inner) ?? [];
    return { kind: 'shortcode', name, args, start, end };
  }
  // Hyphens strip white space around a mark.
  const trimmed = inner.replace(/^-/, '').replace(/-$/, '').trim();
  if (isOutput) return { kind: 'output', name: '', args: trimmed, start, end };
  const [, name = '', args = ''] = /^(#|\S*)([\s\S]*)$/.exec(trimmed) ?? [];
  const kind = name === 'comment' || name === '#' ? 'comment' : 'tag';
  return { kind, name, args: args.trim(), start, end };
}

/**
 * Replaces each mark of `text` with the result of `replacementOf` (undefined: it stays). Calls
 * `warn` for every replacement that has a warning, with the mark's line.
 */
export function replaceMarks(
  text: string,
  marks: readonly TemplateMark[],
  replacementOf: (mark: TemplateMark) => Replacement | undefined,
  warn: Warn,
): string {
  let result = '';
  let done = 0;
  let line = 1;
  let lineFrom = 0;
  for (const mark of marks) {
    const replacement = replacementOf(mark);
    if (replacement === undefined) continue;
    if (replacement.warning !== undefined) {
      line += text.slice(lineFrom, mark.start).split('\n').length - 1;
      lineFrom = mark.start;
      warn(line, replacement.warning);
    }
    result += text.slice(done, mark.start) + replacement.text;
    done = mark.end;
  }
  return result + text.slice(done);
}
