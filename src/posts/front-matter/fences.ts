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
  const strange = strangeOpening(text);
  if (strange !== undefined) return strange;
  const blank = /^(?:[ \t]*\n)*/.exec(text)?.[0] ?? '';
  const opening = /^(?:(---)[ \t]*([^\s-]\S*)?|(\+\+\+|;;;|\{))[ \t]*(?:\n|$)/.exec(
    text.slice(blank.length, blank.length + 200),
  );
  if (opening === null) return undefined;
  const line = countLines(blank) + 1;
  const fence = (opening[1] ?? opening[3]) as keyof typeof CLOSING;
  const language = languageOf(fence, opening[2]);
  const rest = text.slice(blank.length + opening[0].length);
  const closing = CLOSING[fence].exec(rest);
  if (closing === null) return unclosed(fence, rest, line);
  if (language === undefined) return refused(opening[2] ?? '', line);
  const bodyAt = closing.index + closing[0].length + 1;
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

const FIELD_LINE =
  /^[ \t]*["']?(?:title|date|draft|published|status|author|layout|slug|tags|categories)["']?[ \t]*[:=]/im;

/**
 * Front matter that no generator reads there, because of what is before or in its first fence: invisible
 * characters, white space, a comment, dashes of print. Its fields, above all `draft`, would be text for
 * readers.
 */
function strangeOpening(text: string): BrokenBlock | undefined {
  const start = text.slice(0, 3000);
  const [, before = '', fence = ''] =
    /^((?:[\s\ufeff\u200b-\u200f\u2060\u00ad\u00a0]|<!--[\s\S]*?-->)*)([-\u2010-\u2015\u2212]{1,10}|\+{3,10}|;{3,10})[ \t]*(?:#.*)?\n/.exec(
      start,
    ) ?? [];
  const lines = start
    .slice(before.length + fence.length)
    .split('\n')
    .slice(1, 8)
    .join('\n');
  const isPlain = /^(?:[ \t]*\n)*$/.test(before) && /^(?:---|\+\+\+|;;;)$/.test(fence);
  if (fence !== '' && !isPlain && FIELD_LINE.test(lines)) {
    const line = countLines(before) + 1;
    const remedy = 'put a line of just --- at the very start of the file';
    const fact =
      before.trim() === '' && before !== ''
        ? 'is not at the start of the file'
        : 'does not start with a line of ---';
    return {
      line,
      message: `the front matter ${fact}, so it would be text for readers; ${remedy}`,
    };
  }
  const head = start.split(/\n\s*\n/, 1)[0] ?? '';
  const isMetadata =
    METADATA.test(head) &&
    head.split('\n').every((each) => /^[A-Za-z][\w -]*:\s|^[ \t]/.test(each)) &&
    FIELD_LINE.test(head);
  if (!isMetadata) return undefined;
  const message =
    'the front matter has no fences, so it would be text for readers; put a line of --- before and after it';
  return { line: 1, message };
}

function languageOf(
  fence: keyof typeof CLOSING,
  name = 'yaml',
): FencedBlock['language'] | undefined {
  if (fence === '+++') return 'toml';
  return fence === '---' ? LANGUAGES.get(name.toLowerCase()) : 'json';
}

function unclosed(fence: string, rest: string, line: number): BrokenBlock | undefined {
  const first = rest.slice(0, 500).split('\n', 1)[0] ?? '';
  const hasKeys = fence === '---' ? /^[\w-]+:(?:\s|$)/.test(first) : /^[\w"-]+"? *[=:]/.test(first);
  if (!hasKeys) return undefined;
  const close = fence === '{' ? '}' : fence;
  return { line, message: `the front matter is never closed; put a line with ${close} after it` };
}

function refused(language: string, line: number): BrokenBlock {
  const isProgram = /^(?:js|javascript|coffee|coffeescript|cson|ts|ruby)$/i.test(language);
  const fact = isProgram
    ? 'is a program, which Broadsheet never runs'
    : `is in "${language.slice(0, 20)}", which Broadsheet does not read`;
  return { line, message: `the front matter ${fact}; write it as YAML between lines of ---` };
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
