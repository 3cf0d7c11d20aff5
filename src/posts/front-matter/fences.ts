/** A block of front matter between its fences, and the body after it. */
export interface FencedBlock {
  readonly language: 'yaml' | 'toml' | 'json';
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
export function findFences(text: string): FencedBlock | BrokenBlock | undefined {
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
