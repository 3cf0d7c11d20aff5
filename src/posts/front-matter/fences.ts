import type { GeneratorId } from '../../settings/settings.ts';

/** A block of front matter between its fences, and the body after it. */
export interface FencedBlock {
  readonly language: 'yaml' | 'toml' | 'json' | 'lines';
  readonly block: string;
  /** Line of the file where the block starts, counted from 1. `bodyLine` is that of the body. */
  readonly blockLine: number;
  readonly body: string;
  readonly bodyLine: number;
  readonly warning?: string;
}

/** Front matter that cannot be read. */
interface BrokenBlock {
  readonly line: number;
  readonly message: string;
}

const LANGUAGES = new Map<string, FencedBlock['language']>([
  ['yaml', 'yaml'],
  ['yml', 'yaml'],
  ['toml', 'toml'],
  ['json', 'json'],
]);

// Jekyll, Hugo and Eleventy close YAML with three hyphens. Jekyll and YAML itself also with three
// dots.
const CLOSING = {
  '---': /^(?:---|\.\.\.)[ \t]*$/m,
  '+++': /^\+\+\+[ \t]*$/m,
  ';;;': /^;;;[ \t]*$/m,
  '{': /^\}[ \t]*$/m,
} as const;

const BLANK_START =
  'blank lines before the front matter make it text for Jekyll and Eleventy; take them out';

/**
 * Finds where the front matter of `text` (LF line ends, no byte order mark) starts and ends: `---`,
 * `---yaml`, `---toml` or `---json`; Hugo's `+++` (TOML) and `{` (JSON); `;;;` (JSON). Undefined if
 * there is none: a first line of three hyphens is a Markdown rule if it is never closed and no keys
 * follow it.
 */
export function findFences(
  text: string,
  generator?: GeneratorId,
): FencedBlock | BrokenBlock | undefined {
  if (generator === 'pelican' && METADATA.test(text)) return metadataLines(text);
  const blank = /^(?:[ \t]*\n)*/.exec(text)?.[0] ?? '';
  const opening = /^(?:(---)[ \t]*([^\s-]\S*)?|(\+\+\+|;;;|\{))[ \t]*(?:\n|$)/.exec(
    text.slice(blank.length, blank.length + 200),
  );
  if (opening === null) return strangeOpening(text);
  const line = countLines(blank) + 1;
  const fence = (opening[1] ?? opening[3]) as keyof typeof CLOSING;
  const language = languageOf(fence, opening[2]);
  const rest = text.slice(blank.length + opening[0].length);
  const closing = CLOSING[fence].exec(rest);
  if (closing === null) return unclosed(fence, rest, line);
  if (language === undefined) return refused(opening[2] ?? '', line);
  const bodyAt = closing.index + closing[0].length + 1;
  const second = secondBlock(rest.slice(bodyAt));
  if (second) {
    const message =
      'a second block of front matter follows the first, and would be text for readers; make one of the two';
    return { line: line + 1 + countLines(rest.slice(0, bodyAt)), message };
  }
  const block = rest.slice(0, closing.index);
  const isBrace = fence === '{';
  return {
    language,
    block: isBrace ? `{\n${block}}` : block,
    blockLine: isBrace ? line : line + 1,
    body: rest.slice(bodyAt),
    bodyLine: line + 1 + countLines(rest.slice(0, bodyAt)),
    warning: blank === '' ? undefined : BLANK_START,
  };
}

/** A line `Title: The title`, as Python-Markdown and MultiMarkdown read it. */
const METADATA = /^[A-Za-z][\w-]*:(?:[ \t]|\n)/;

/** Lines of metadata before the first blank line: https://python-markdown.github.io/extensions/meta_data/. */
function metadataLines(text: string): FencedBlock {
  const end = /\n[ \t]*(?:\n|$)/.exec(text);
  const bodyAt = end === null ? text.length : end.index + end[0].length;
  const block = text.slice(0, end?.index ?? text.length);
  const bodyLine = 1 + countLines(text.slice(0, bodyAt));
  return { language: 'lines', block, blockLine: 1, body: text.slice(bodyAt), bodyLine };
}

/** A line with a field that nobody writes in prose, above all one that keeps a post back. */
const FIELD_LINE =
  /^[^\p{L}\p{N}]{0,4}(?:title|date|draft|published|pubDate|publishDate|status|author|layout|slug|tags|categories|unlisted|permalink)["']?[ \t]*[:=]/iu;
/** Any field: a name, then a colon or an equals sign. */
const ANY_FIELD = /^[^\p{L}\p{N}]{0,4}[A-Za-z_][\w -]{0,40}["']?[ \t]*[:=](?:\s|$)/u;
/** A line before front matter, or around it, that is no prose: punctuation, the fence of code, a comment. */
const NO_PROSE = /^(?:[^\p{L}\p{N}]*|[`~]{3,}\s*\w*|[-\u2010-\u2015\u2212+;*=_~]{3,}.{0,20})$/u;

const INVISIBLE = /[\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** How many lines at the start of a text are searched for front matter. */
const SEARCHED_LINES = 40;

/**
 * Front matter that no generator reads there, because of what is before or in its first fence: invisible
 * characters, white space, a comment, dashes of print, or no fence at all. Its fields, above all `draft`,
 * would be text for readers.
 */
function strangeOpening(text: string): BrokenBlock | undefined {
  // A comment may have several lines; they are counted and not looked at.
  const head = text
    .slice(0, 5000)
    .replace(/<!--[\s\S]*?-->|\{\/\*[\s\S]*?\*\/\}|\{#[\s\S]*?#\}/g, (comment) =>
      comment.replace(/[^\n]/g, ''),
    )
    .replace(INVISIBLE, '');
  const lines = head.split('\n', SEARCHED_LINES);
  const at = lines.findIndex((line) => !NO_PROSE.test(line));
  const first = lines[at];
  if (first === undefined) return undefined;
  const fence = lines.slice(0, at).findLastIndex((line) => line.trim() !== '');
  const rest = lines.slice(at, at + 8);
  const isJson = /^\s*\{\s*["']?\w+["']?\s*:/.test(first) && rest.some(hasJsonField);
  if (isJson) {
    const message =
      'the front matter is JSON that does not start with a line of just {, so it would be text for readers; put the brace on a line of its own';
    return { line: at + 1, message };
  }
  if (!ANY_FIELD.test(first)) return undefined;
  if (fence !== -1) {
    if (!rest.some((line) => FIELD_LINE.test(line))) return undefined;
    const isPlain = /^\s*(?:---|\+\+\+|;;;)\s*$/.test(lines[fence] ?? '');
    const fact = isPlain ? 'is not at the start of the file' : 'does not start with a line of ---';
    const remedy = 'put a line of just --- at the very start of the file';
    const message = `the front matter ${fact}, so it would be text for readers; ${remedy}`;
    return { line: fence + 1, message };
  }
  const end = rest.findIndex((line) => NO_PROSE.test(line));
  const block = end === -1 ? rest : rest.slice(0, end);
  const isMetadata =
    block.every((line) => /^[A-Za-z][\w -]*:(?:\s|$)|^[ \t]/.test(line)) &&
    block.some((line) => FIELD_LINE.test(line));
  if (!isMetadata) return undefined;
  const message =
    'the front matter has no fences, so it would be text for readers; put a line of --- before and after it';
  return { line: at + 1, message };
}

function hasJsonField(line: string): boolean {
  return /["']?(?:title|date|draft|published)["']?\s*:/.test(line);
}

/** Whether the first of `lines` that is not blank or a comment is a field that nobody writes in prose. */
function isBlockOfFields(lines: readonly string[]): boolean {
  const first = lines.find((line) => !/^\s*(?:#|$)/.test(line)) ?? '';
  return FIELD_LINE.test(first);
}

/** Whether `body` begins with another block between lines of `---` that keeps a post back, or dates it. */
function secondBlock(body: string): boolean {
  const [, block] = /^\s*---[ \t]*\n([\s\S]{0,2000}?)\n---[ \t]*(?:\n|$)/.exec(body) ?? [];
  return block !== undefined && isBlockOfFields(block.split('\n'));
}

function languageOf(
  fence: keyof typeof CLOSING,
  name = 'yaml',
): FencedBlock['language'] | undefined {
  if (fence === '+++') return 'toml';
  return fence === '---' ? LANGUAGES.get(name.toLowerCase()) : 'json';
}

function unclosed(fence: string, rest: string, line: number): BrokenBlock | undefined {
  const lines = rest.slice(0, 2000).replace(INVISIBLE, '').split('\n', 8);
  const [first = ''] = lines;
  const hasKeys = fence === '---' ? /^[\w-]+:(?:\s|$)/.test(first) : /^[\w"-]+"? *[=:]/.test(first);
  if (!hasKeys && !isBlockOfFields(lines)) return undefined;
  const close = fence === '{' ? '}' : fence;
  return { line, message: `the front matter is never closed; put a line with ${close} after it` };
}

function refused(language: string, line: number): BrokenBlock {
  const isProgram = /^(?:js|javascript|coffee|coffeescript|cson|ts|ruby)$/i.test(language);
  const fact = isProgram
    ? 'is a program, which Broadsheet never runs'
    : `is in "${language.slice(0, 20)}", which Broadsheet does not read`;
  return {
    line,
    message: `the front matter ${fact}; write it as YAML between lines of ---, or name the file in posts.leaveOut`,
  };
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
