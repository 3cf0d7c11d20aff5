import matter from 'gray-matter';
import type { Problem } from '../../kernel/problem.ts';
import type { Fields } from './fields.ts';
import { FrontMatterError } from './front-matter-error.ts';
import { type FencedBlock, findFences } from './front-matter-fences.ts';
import { parseJson } from './parse-json.ts';
import { parseToml } from './parse-toml.ts';
import { parseYaml } from './parse-yaml.ts';

export interface FrontMatter {
  readonly fields: Fields;
  /** The block between the fences as written. Empty if there is none. */
  readonly block: string;
  /** Line of the file where `block` starts, counted from 1. */
  readonly blockLine: number;
  /** The text after the front matter, with LF as line ends. */
  readonly body: string;
  readonly bodyLine: number;
  readonly warnings: readonly Problem[];
}

/** A fence that no text file contains, because we find the real fences ourselves. */
const FENCE = '\0---';
const LONGEST_BLOCK = 262_144;

/**
 * Parses the front matter of a post with gray-matter, and avoids its known problems. It gets only
 * the block: its own search for fences treats `---js` as a program to run, and an unclosed fence as
 * an empty post. It always gets options: its cache stores `{}` for a text that threw. It gets only
 * our engines.
 */
export function readFrontMatter(
  text: string,
  file: string,
): FrontMatter | { readonly problem: Problem } {
  const found = findFences(normalised(text));
  if (found.kind === 'broken') {
    return { problem: { file, line: found.line, column: 1, message: found.message } };
  }
  if (found.kind === 'none') {
    return { fields: {}, block: '', blockLine: 1, body: found.body, bodyLine: 1, warnings: [] };
  }
  if (isTooLong(found.block)) {
    const message = 'the front matter is too long; keep it under 256 KB, without long blank runs';
    return { problem: { file, line: found.blockLine, message } };
  }
  return parseBlock(found, file);
}

/** Removes the byte order mark and changes line ends to LF. Most texts need no change. */
function normalised(text: string): string {
  const marked = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  return marked.includes('\r') ? marked.replace(/\r\n?/g, '\n') : marked;
}

function parseBlock(found: FencedBlock, file: string): FrontMatter | { readonly problem: Problem } {
  const warnings: Problem[] =
    found.warning === undefined ? [] : [{ file, line: 1, message: found.warning }];
  try {
    const { fields, repeatedKey } = parseWithGrayMatter(found);
    if (repeatedKey !== undefined) {
      warnings.push({
        file,
        line: found.blockLine + repeatedKey.line - 1,
        column: repeatedKey.column,
        message: 'this key is here for the second time, the last one counts; take one out',
      });
    }
    return { ...found, fields, warnings };
  } catch (error) {
    if (!(error instanceof FrontMatterError)) throw error;
    const line = found.blockLine + (error.line ?? 1) - 1;
    const column = error.column === undefined ? {} : { column: error.column };
    return { problem: { file, line, ...column, message: error.message } };
  }
}

function parseWithGrayMatter(found: FencedBlock) {
  let repeatedKey: { readonly line: number; readonly column: number } | undefined;
  // gray-matter also passes the line end of the opening fence.
  const fromLineOne = (parse: (block: string) => Fields) => (block: string) =>
    parse(block.slice(1));
  const yaml = (block: string) => {
    const parsed = parseYaml(block);
    repeatedKey = parsed.repeatedKey;
    return asMap(parsed.fields);
  };
  const { data } = matter(`${FENCE}\n${found.block}\n${FENCE}`, {
    language: found.language,
    delimiters: [FENCE, FENCE],
    engines: {
      ...REFUSED,
      yaml: fromLineOne(yaml),
      toml: fromLineOne(parseToml),
      json: fromLineOne(parseJson),
    },
  });
  return { fields: data as Fields, repeatedKey };
}

function asMap(value: unknown): Fields {
  if (value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Fields;
  throw new FrontMatterError('the front matter has no "key: value" lines; write title: ...', 1, 1);
}

function refuse(): never {
  throw new FrontMatterError('the front matter is a program, which is never run; write YAML', 1);
}

/**
 * gray-matter evaluates these languages. No block with one gets here; these engines refuse it if
 * one does.
 */
const REFUSED = {
  javascript: refuse,
  js: refuse,
  coffee: refuse,
  coffeescript: refuse,
  cson: refuse,
};

/** gray-matter's search for comments takes quadratic time for long runs of blanks. */
function isTooLong(block: string): boolean {
  return block.length > LONGEST_BLOCK || (block.length > 4096 && /\s{2048}/.test(block));
}
