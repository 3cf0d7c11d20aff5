import { codeRanges, type Range } from '../markdown/code-ranges.ts';
import type { ShortcodeArguments } from './shortcodes.ts';

/**
 * A piece of template language in a post's text: a tag `{% name args %}` or output `{{ value |
 * filter }}` (Liquid, Nunjucks, Jinja), a comment of any kind, a shortcode `{{< name >}}` (Hugo), a
 * shortcode that is shown as it is (`{{</* name *\/>}}`), or a component `<Name>` (MDX, Vue).
 */
export interface TemplateMark extends Range {
  readonly kind: 'tag' | 'output' | 'comment' | 'shortcode' | 'quoted' | 'component';
  /** Set for a tag, shortcode or component, empty for others. An end has a slash before it, or `end`. */
  readonly name: string;
  /** The text between the braces, without the name. */
  readonly args: string;
  /** What is between the shortcode and its end, if the mark includes both. */
  readonly content?: string;
  /** Of a component. */
  readonly given?: ShortcodeArguments;
}

/** The replacement of a template mark in the text. */
export interface Replacement {
  readonly text: string;
  /** Why the mark is left out, if a person should know. */
  readonly warning?: string;
}

/** Takes a warning, with its line (1 is the first of the text). */
export type Warn = (line: number, message: string) => void;

/**
 * A comment that is no template: `{# #}` Nunjucks, `{/*` MDX, `{::comment}` kramdown, `%%` Obsidian; of
 * HTML only one of several paragraphs, which Markdown takes for text.
 */
export type CommentKind = 'html' | 'nunjucks' | 'mdx' | 'kramdown' | 'obsidian';

/** No author writes a longer tag. Braces further apart do not belong together. */
const LONGEST_MARK = 4000;

/** How often the code of one text is looked for again. */
const MOST_READ_AGAIN = 20;

/** Shortcodes whose content is not Markdown, or is no text at all. */
const WHOLE_SHORTCODES = new Set(['comment', 'highlight']);

/**
 * The marks of `text` in order. Ignores marks that start in one of `skip` (sorted), text
 * between `{% raw %}` and `{% endraw %}`, and comments of other kinds than `comments`. With `only`
 * comments it finds nothing else. Takes linear time.
 */
export function findMarks(
  text: string,
  skip: readonly Range[],
  comments: readonly CommentKind[] = [],
  only?: 'comments',
): TemplateMark[] {
  const marks: TemplateMark[] = [];
  const nextEndRaw = scanner(text, /\{%-?\s{0,20}end(?:raw|verbatim)\s{0,20}-?%\}/g);
  const nextEndComment = scanner(text, /\{%-?\s{0,20}endcomment\s{0,20}-?%\}/g);
  const nextEnd = {
    comment: scanner(text, /\{\{[<%]\s{0,20}\/\s{0,20}comment\s{0,20}[>%]\}\}/g),
    highlight: scanner(text, /\{\{[<%]\s{0,20}\/\s{0,20}highlight\s{0,20}[>%]\}\}/g),
  };
  const endings = {
    '{%': scanner(text, /%\}/g),
    '{{': scanner(text, /\}\}/g),
    '{{<': scanner(text, />\}\}/g),
    '{{%': scanner(text, /%\}\}/g),
    '{{/*': scanner(text, /\*\/\s{0,20}-?\}\}/g),
    '{{</*': scanner(text, /\*\/\s{0,20}>\}\}/g),
    '{{%/*': scanner(text, /\*\/\s{0,20}%\}\}/g),
  };
  const commentAt = commentFinder(text, comments);
  let skipped = skip;
  let readAgain = MOST_READ_AGAIN;
  const opening = /\{|%%|<!--/g;
  let skipAt = 0;
  for (let at = 0; ; ) {
    opening.lastIndex = at;
    at = opening.exec(text)?.index ?? -1;
    if (at === -1) return marks;
    while ((skipped[skipAt]?.end ?? Number.POSITIVE_INFINITY) <= at) skipAt++;
    const code = skipped[skipAt];
    if (code !== undefined && code.start <= at) {
      at = code.end;
      continue;
    }
    const comment = commentAt(at);
    if (comment !== undefined) {
      marks.push({ kind: 'comment', ...comment });
      at = comment.end;
      while ((skipped[skipAt]?.end ?? Number.POSITIVE_INFINITY) <= at) skipAt++;
      if ((skipped[skipAt]?.start ?? at) < at && readAgain-- > 0) {
        // What looked like code begins in the comment.
        const from = at;
        skipped = codeRanges(text.slice(from)).map(({ start, end }) => ({
          start: from + start,
          end: from + end,
        }));
        skipAt = 0;
      }
      continue;
    }
    const open = only === undefined ? openingAt(text, at) : undefined;
    const end = open && endings[open](at + open.length)?.end;
    if (end === undefined || (end - at > LONGEST_MARK && open !== '{{/*')) {
      at++;
      continue;
    }
    const mark = markOf(text, at, end);
    if (mark.kind === 'comment' && mark.name === 'comment') {
      at = nextEndComment(end)?.end ?? end;
      marks.push({ ...mark, end: at });
    } else if (mark.kind === 'shortcode' && isWhole(mark.name)) {
      const close = nextEnd[mark.name](end);
      const content = close && text.slice(end, close.start);
      at = close?.end ?? end;
      marks.push({ ...mark, content, end: at });
    } else {
      marks.push(mark);
      at = end;
      const endRaw = mark.name === 'raw' ? nextEndRaw(at) : undefined;
      if (endRaw === undefined) continue;
      marks.push({ kind: 'tag', name: 'endraw', args: '', ...endRaw });
      at = endRaw.end;
    }
  }
}

function isWhole(name: string): name is 'comment' | 'highlight' {
  return WHOLE_SHORTCODES.has(name);
}

function openingAt(text: string, at: number) {
  const start = text.slice(at, at + 6);
  if (start.startsWith('{%')) return '{%';
  if (!start.startsWith('{{')) return undefined;
  if (/^\{\{-?\s?\/\*/.test(start)) return '{{/*';
  if (start.startsWith('{{</*')) return '{{</*';
  if (start.startsWith('{{%/*')) return '{{%/*';
  if (start.startsWith('{{<')) return '{{<';
  return start.startsWith('{{%') ? '{{%' : '{{';
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

/** Returns a function that finds the comment of one of `kinds` that starts at a position. */
function commentFinder(text: string, kinds: readonly CommentKind[]) {
  const is = (kind: CommentKind) => kinds.includes(kind);
  const ends = {
    nunjucks: scanner(text, /#\}/g),
    brace: scanner(text, /\}/g),
    html: scanner(text, /-->/g),
    mdx: scanner(text, /\*\/\s{0,20}\}/g),
    kramdown: scanner(text, /\{:\/(?:comment)?\}/g),
    obsidian: scanner(text, /%%/g),
    paragraph: scanner(text, /\n[ \t]*\n/g),
  };
  const until = (at: number, end: Range | undefined, skipped: number) =>
    end && { name: '', args: text.slice(at + skipped, end.start), start: at, end: end.end };
  return (at: number) => {
    if (is('nunjucks') && text.startsWith('{#', at)) {
      const end = ends.nunjucks(at + 2);
      // `{#id}` is an attribute of a heading.
      const brace = ends.brace(at + 2);
      const isId = /[\w:.-]/.test(text[at + 2] ?? '') && (brace?.start ?? 0) <= (end?.start ?? 0);
      return isId ? undefined : until(at, end, 2);
    }
    if (is('html') && text.startsWith('<!--', at)) {
      const end = ends.html(at + 4);
      const isLong = (ends.paragraph(at)?.start ?? text.length) < (end?.start ?? 0);
      return isLong ? until(at, end, 4) : undefined;
    }
    if (is('mdx') && /^\{\s?\/\*/.test(text.slice(at, at + 4))) {
      return until(at, ends.mdx(at + 3), text.indexOf('*', at) + 1 - at);
    }
    if (is('kramdown') && text.startsWith('{::comment}', at)) {
      return until(at, ends.kramdown(at + 11), 11);
    }
    if (!is('obsidian') || !text.startsWith('%%', at)) return undefined;
    // 100%% is a number. A comment of several paragraphs starts a line.
    if (/[\d%]/.test(text[at - 1] ?? '') || text[at + 2] === '%') return undefined;
    const end = ends.obsidian(at + 2);
    const isBlock = at === 0 || text[at - 1] === '\n';
    const limit = isBlock ? undefined : ends.paragraph(at)?.start;
    return end !== undefined && end.start > (limit ?? end.end) ? undefined : until(at, end, 2);
  };
}

function markOf(text: string, start: number, end: number): TemplateMark {
  const inner = text.slice(start + 2, end - 2);
  const isOutput = text[start + 1] === '{';
  if (isOutput && /^-?\s?\/\*/.test(inner))
    return { kind: 'comment', name: '', args: '', start, end };
  if (isOutput && /^[<%]\/\*/.test(inner)) {
    const shown = inner.replace(/^(.)\/\*/, '$1').replace(/\*\/\s*(.)$/, '$1');
    return { kind: 'quoted', name: '', args: `{{${shown}}}`, start, end };
  }
  if (isOutput && /^[<%]/.test(inner)) {
    const [, slash = '', name = '', args = ''] =
      /^[<%]-?\s*(\/?)\s*([^\s/]*(?:\/[^\s/<>%]+)*)([\s\S]*?)[>%]?$/.exec(inner) ?? [];
    return { kind: 'shortcode', name: slash + name, args, start, end };
  }
  // Hyphens strip white space around a mark.
  const trimmed = inner.replace(/^-/, '').replace(/-$/, '').trim();
  if (isOutput) return { kind: 'output', name: '', args: trimmed, start, end };
  // Zola's {%/* name() */%} is shown as {% name() %}.
  const [, shown] = /^\/\*([\s\S]*)\*\/$/.exec(trimmed) ?? [];
  if (shown !== undefined) return { kind: 'quoted', name: '', args: `{%${shown}%}`, start, end };
  const [, name = '', args = ''] = /^(#|[^\s(]*)([\s\S]*)$/.exec(trimmed) ?? [];
  const kind = name === 'comment' || name === '#' ? 'comment' : 'tag';
  // Nunjucks has both names.
  return { kind, name: name.replace(/verbatim$/, 'raw'), args: args.trim(), start, end };
}

/**
 * `marks` of `text` in which each shortcode of one of the names that `has` knows, and all until its end, is
 * one mark. Zola ends all of them with `{% end %}`. Takes linear time.
 */
export function withContent(
  text: string,
  marks: readonly TemplateMark[],
  has: (name: string) => boolean,
): readonly TemplateMark[] {
  const endOf = endsOf(marks, has);
  if (endOf.size === 0) return marks;
  const whole: TemplateMark[] = [];
  for (let at = 0; at < marks.length; at++) {
    const mark = marks[at];
    const close = endOf.get(at) ?? at;
    const end = marks[close];
    if (mark === undefined || end === undefined) continue;
    const content = text.slice(mark.end, end.start);
    whole.push(close === at ? mark : { ...mark, content, end: end.end });
    at = close;
  }
  return whole;
}

/** The index of the end of each mark that has one. */
function endsOf(
  marks: readonly TemplateMark[],
  has: (name: string) => boolean,
): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  const open: { readonly at: number; readonly key: string }[] = [];
  const opened = new Map<string, number>();
  const count = (key: string, by: number) => opened.set(key, (opened.get(key) ?? 0) + by);
  for (const [at, mark] of marks.entries()) {
    const { kind, name, args } = mark;
    const closes = endedBy(mark);
    if (closes === undefined) {
      const isOpen =
        mark.content === undefined &&
        !/\/\s*$/.test(args) &&
        kind !== 'comment' &&
        kind !== 'quoted';
      const isCall = kind === 'tag' && args.startsWith('(');
      if (!isOpen || (!isCall && !has(name))) continue;
      open.push({ at, key: kind + name });
      count(kind + name, 1);
      if (isCall) count('tag', 1);
      continue;
    }
    if ((opened.get(kind + closes) ?? 0) === 0) continue;
    for (let last = open.pop(); last !== undefined; last = open.pop()) {
      count(last.key, -1);
      const isCall =
        marks[last.at]?.kind === 'tag' && marks[last.at]?.args.startsWith('(') === true;
      if (isCall) count('tag', -1);
      if (closes === '' ? !isCall : last.key !== kind + closes) continue;
      if (has(marks[last.at]?.name ?? '')) ends.set(last.at, at);
      break;
    }
  }
  return ends;
}

/** The name that a mark ends; empty for `{% end %}`. Undefined if it is no end. */
function endedBy({ kind, name }: TemplateMark): string | undefined {
  if (kind === 'tag') return /^end(.*)$/.exec(name)?.[1];
  const isEnd = (kind === 'shortcode' || kind === 'component') && name.startsWith('/');
  return isEnd ? name.slice(1) : undefined;
}

/**
 * Replaces each mark of `text` with the result of `replacementOf` (undefined: it stays), which also gets
 * the mark's line. Calls `warn` for every replacement that has a warning, with that line.
 */
export function replaceMarks(
  text: string,
  marks: readonly TemplateMark[],
  replacementOf: (mark: TemplateMark, line: number) => Replacement | undefined,
  warn: Warn,
): string {
  let result = '';
  let done = 0;
  let line = 1;
  let lineFrom = 0;
  for (const mark of marks) {
    for (let at = text.indexOf('\n', lineFrom); at !== -1 && at < mark.start; line++) {
      lineFrom = at + 1;
      at = text.indexOf('\n', lineFrom);
    }
    const replacement = replacementOf(mark, line);
    if (replacement === undefined) continue;
    if (replacement.warning !== undefined) warn(line, replacement.warning);
    result += text.slice(done, mark.start) + replacement.text;
    done = mark.end;
  }
  return result + text.slice(done);
}
