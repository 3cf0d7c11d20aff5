import { extname, posix } from 'node:path';
import type { MarkdownIt } from 'markdown-it';
import { indentOf, lineOf } from './block-line.ts';
import { codeRanges, inRanges, type Range } from './code-ranges.ts';
import { titleTokens } from './containers.ts';
import type { MarkdownScope } from './dialect.ts';

/** `<<< @/file.js#region{1,3 js} [label]`. The numbers are lines to mark. */
const SNIPPET =
  /^<<<[ \t]*([^#{}[\]\n]+?)(?:#([\w-]+))?[ \t]*(?:\{([^}\n]*)\})?[ \t]*(?:\[([^\]\n]+)\])?[ \t]*$/;
/** `<!--@include: ./part.md#region{2,9}-->`. The numbers are the first and the last line. */
const INCLUDE = /<!--\s*@include:\s*([^#{}\n]+?)(?:#([\w-]+))?(?:\{(\d*),(\d*)\})?\s*-->/g;
const MOST_INCLUDES = 100;

/** What only VitePress understands: https://vitepress.dev/guide/markdown. */
export function vitepressPlugin(md: MarkdownIt): void {
  md.core.ruler.after('normalize', 'includes', (state) => {
    const count = { left: MOST_INCLUDES };
    if (state.src.includes('@include')) {
      state.src = withIncludes(state.src, '', state.env as MarkdownScope, count);
    }
  });
  md.block.ruler.before('fence', 'snippet', (state, from, _to, silent) => {
    if (indentOf(state, from) >= 4 || !lineOf(state, from).startsWith('<<<')) return false;
    const [all, path = '', region, words = '', label] = SNIPPET.exec(lineOf(state, from)) ?? [];
    if (all === undefined) return false;
    if (silent) return true;
    state.line = from + 1;
    const text = partOf(path, region, state.env as MarkdownScope);
    if (text === undefined) return true;
    const token = state.push('fence', 'code', 0);
    const language = /(?:^|\s)([a-z][\w+#-]*)/i.exec(words)?.[1] ?? extname(path).slice(1);
    token.info = language + (label === undefined ? '' : ` [${label}]`);
    token.content = `${text.replace(/\n$/, '')}\n`;
    return true;
  });
  // The tabs of a code group are its blocks below each other.
  md.core.ruler.after('block', 'code_labels', (state) => {
    state.tokens = state.tokens.flatMap((token) => {
      const [, label] = token.type === 'fence' ? (/\[([^\]]+)\]/.exec(token.info) ?? []) : [];
      return label === undefined ? [token] : [...titleTokens(state.Token, label), token];
    });
  });
}

/** `text` of a file beside the post (`folder`: from there) with the files that it includes. */
function withIncludes(
  text: string,
  folder: string,
  scope: MarkdownScope,
  count: { left: number },
): string {
  const isInCode = inRanges(codeRanges(text));
  return text.replace(INCLUDE, (mark, name: string, region, first, last, at: number) => {
    if (isInCode(at)) return mark;
    const path = name.startsWith('@') ? name : posix.join(folder, name);
    const part = count.left-- > 0 ? partOf(path, region, scope) : undefined;
    if (part === undefined) return '';
    const lines = part
      .split('\n')
      .slice(first ? Number(first) - 1 : 0, last ? Number(last) : undefined);
    const isWhole = region === undefined && first === undefined && last === undefined;
    const inner = isWhole ? part.replace(/^---\n[\s\S]*?\n---(?:\n|$)/, '') : lines.join('\n');
    return withIncludes(inner, posix.dirname(path), scope, count);
  });
}

/** The text of a file, or of a region of it. Undefined if there is none, which is noted. */
function partOf(
  path: string,
  region: string | undefined,
  scope: MarkdownScope,
): string | undefined {
  const text = scope.textOf?.(path)?.replace(/\r\n?/g, '\n');
  const part = region === undefined || text === undefined ? text : regionOf(text, region);
  if (part !== undefined) return part;
  const place = region === undefined ? path : `${path}#${region}`;
  scope.note?.(
    `shows "${place.slice(0, 80)}", which is no file of the site; it is left out of the text`,
  );
  return undefined;
}

/** What is between `// #region name` and `// #endregion name`, in the comments of any language. */
function regionOf(text: string, name: string): string | undefined {
  const lines = text.split('\n');
  const mark = (word: string) =>
    new RegExp(`^\\W*(?:(?:pragma|rem)\\W+)?${word}\\s+${RegExp.escape(name)}\\W*$`, 'i');
  const [opening, closing] = [mark('region'), mark('end ?region')];
  const start = lines.findIndex((line) => opening.test(line));
  const end = lines.findIndex((line, at) => at > start && closing.test(line));
  if (start === -1 || end === -1) return undefined;
  const inner = lines.slice(start + 1, end);
  const indents = inner.flatMap((line) =>
    line.trim() === '' ? [] : [/^\s*/.exec(line)?.[0].length ?? 0],
  );
  const indent = Math.min(...indents);
  return inner.map((line) => line.slice(indent)).join('\n');
}

const V_PRE = /^[ \t]*(:{3,})[ \t]*v-pre[ \t]*$|<([a-z][\w-]*)(?=[^<>]{0,500}\sv-pre[\s>])/gim;

/** The parts of `text` whose braces are text: `::: v-pre`, `<span v-pre>`. Takes linear time. */
export function vPreRanges(text: string): readonly Range[] {
  if (!text.includes('v-pre')) return [];
  const ranges: Range[] = [];
  const missing = new Set<string>();
  for (const { index, 0: open, 1: colons, 2: name } of text.matchAll(V_PRE)) {
    const close = colons === undefined ? `</${name}>` : `^[ \\t]*${colons}[ \\t]*$`;
    if (index < (ranges.at(-1)?.end ?? 0) || missing.has(close) || missing.size > 20) continue;
    const pattern = new RegExp(close, 'gim');
    pattern.lastIndex = index + open.length;
    if (pattern.test(text)) ranges.push({ start: index, end: pattern.lastIndex });
    else missing.add(close);
  }
  return ranges;
}
