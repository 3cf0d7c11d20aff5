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

/** No author writes a longer tag. Braces further apart do not belong together. */
const LONGEST_MARK = 4000;

/**
 * The marks of `text` in order. Ignores marks that start in one of `skip` (sorted), and text
 * between `{% raw %}` and `{% endraw %}`. Takes linear time.
 */
export function findMarks(text: string, skip: readonly Range[]): TemplateMark[] {
  const marks: TemplateMark[] = [];
  const closeOf = { '%}': closings(text, '%}'), '}}': closings(text, '}}') };
  const endOf = { raw: endTags(text, 'endraw'), comment: endTags(text, 'endcomment') };
  let skipAt = 0;
  for (let at = text.indexOf('{'); at !== -1; at = text.indexOf('{', at)) {
    while ((skip[skipAt]?.end ?? Number.POSITIVE_INFINITY) <= at) skipAt++;
    const skipped = skip[skipAt];
    if (skipped !== undefined && skipped.start <= at) {
      at = skipped.end;
      continue;
    }
    const open = text.slice(at, at + 3);
    const close = open.startsWith('{%') ? '%}' : open.startsWith('{{') ? '}}' : undefined;
    const end = close === undefined ? undefined : closeOf[close](at + 2);
    if (end === undefined || end - at > LONGEST_MARK) {
      at++;
      continue;
    }
    const mark = markOf(text, at, end, open);
    const isBlock = mark.kind === 'comment' && mark.name === 'comment';
    const whole = isBlock ? { ...mark, end: endOf.comment(mark.end)?.end ?? mark.end } : mark;
    marks.push(whole);
    at = whole.end;
    if (mark.name !== 'raw') continue;
    const last = endOf.raw(at);
    if (last === undefined) continue;
    marks.push(last);
    at = last.end;
  }
  return marks;
}

/**
 * Returns a function that finds the end of the next `close` after a position. Call it with growing
 * positions: it scans once.
 */
function closings(text: string, close: string): (from: number) => number | undefined {
  let found = text.indexOf(close);
  return (from) => {
    while (found !== -1 && found < from) found = text.indexOf(close, from);
    return found === -1 ? undefined : found + close.length;
  };
}

function markOf(text: string, start: number, end: number, open: string): TemplateMark {
  const inner = text.slice(start + 2, end - 2);
  if (open === '{{<' || open === '{{%') {
    const [, name = '', args = ''] = /^[<%]-?\s*\/?\s*(\S*)([\s\S]*?)[>%]?$/.exec(inner) ?? [];
    return { kind: 'shortcode', name, args, start, end };
  }
  if (open.startsWith('{{')) return { kind: 'output', name: '', args: trimmed(inner), start, end };
  const [, name = '', args = ''] = /^(#|\S*)([\s\S]*)$/.exec(trimmed(inner)) ?? [];
  const kind = name === 'comment' || name === '#' ? 'comment' : 'tag';
  return { kind, name, args: args.trim(), start, end };
}

/** Removes the hyphens that strip white space around a mark. */
function trimmed(inner: string): string {
  return inner.replace(/^-/, '').replace(/-$/, '').trim();
}

/**
 * Returns a function that finds the next tag `name` from a position. Call it with growing
 * positions: it scans once.
 */
function endTags(text: string, name: string): (from: number) => TemplateMark | undefined {
  const tag = new RegExp(`\\{%-?\\s{0,20}${name}\\s{0,20}-?%\\}`, 'g');
  const next = (from: number): TemplateMark | undefined => {
    tag.lastIndex = from;
    const found = tag.exec(text);
    if (found === null) return undefined;
    return { kind: 'tag', name, args: '', start: found.index, end: tag.lastIndex };
  };
  let known: { readonly mark: TemplateMark | undefined } | undefined;
  return (from) => {
    const isPassed = known?.mark !== undefined && known.mark.start < from;
    if (known === undefined || isPassed) known = { mark: next(from) };
    return known.mark;
  };
}
