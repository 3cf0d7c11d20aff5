import { createRequire } from 'node:module';
import type matter from 'gray-matter';
import type { Problem } from '../../kernel/problem.ts';
import type { GeneratorId } from '../../settings/settings.ts';
import { type FencedBlock, findFences } from './fences.ts';
import type { Fields } from './fields.ts';
import { FrontMatterError, parseJson, parseLines, parseToml, parseYaml } from './parse-block.ts';

/** The front matter of a post, and the body after it. */
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
  generator?: GeneratorId,
): FrontMatter | { readonly problem: Problem } {
  const normal = normalised(text);
  const found = findFences(normal, generator);
  if (found === undefined) {
    return { fields: {}, block: '', blockLine: 1, body: normal, bodyLine: 1, warnings: [] };
  }
  if ('message' in found) return { problem: { file, column: 1, ...found } };
  const { block, blockLine, body, bodyLine, warning } = found;
  if (isTooLong(block)) {
    const message = 'the front matter is too long; keep it under 256 KB, without long blank runs';
    return { problem: { file, line: blockLine, message } };
  }
  const warnings: Problem[] = warning === undefined ? [] : [{ file, line: 1, message: warning }];
  try {
    const { fields, repeatedKey } = parseWithGrayMatter(found);
    if (repeatedKey !== undefined) {
      warnings.push({
        file,
        line: blockLine + repeatedKey.line - 1,
        column: repeatedKey.column,
        message: 'this key is here for the second time, the last one counts; take one out',
      });
    }
    return { fields, block, blockLine, body, bodyLine, warnings };
  } catch (error) {
    if (!(error instanceof FrontMatterError)) throw error;
    const { line, column, message } = error;
    return { problem: { file, line: blockLine + line - 1, column, message } };
  }
}

/** Removes the byte order mark and changes line ends to LF. Most texts need no change. */
function normalised(text: string): string {
  const marked = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  return marked.includes('\r') ? marked.replace(/\r\n?/g, '\n') : marked;
}

/** gray-matter's search for comments takes quadratic time for long runs of blanks. */
function isTooLong(block: string): boolean {
  return block.length > LONGEST_BLOCK || (block.length > 4096 && /\s{2048}/.test(block));
}

const require = createRequire(import.meta.url);

/** Loaded for the first post: with its own parsers of YAML, it is 50 files, and most builds read no post. */
function grayMatter(): typeof matter {
  return require('gray-matter') as typeof matter;
}

function parseWithGrayMatter({ block, language }: FencedBlock) {
  let repeatedKey: { readonly line: number; readonly column: number } | undefined;
  const yaml = (text: string) => {
    const parsed = parseYaml(text);
    repeatedKey = parsed.repeatedKey;
    return parsed.fields;
  };
  // gray-matter also passes the line end of the opening fence.
  const fromLineOne = (parseBlock: (text: string) => Fields) => (text: string) =>
    parseBlock(text.slice(1));
  const { data } = grayMatter()(`${FENCE}\n${block}\n${FENCE}`, {
    language,
    delimiters: [FENCE, FENCE],
    engines: {
      ...REFUSED,
      yaml: fromLineOne(yaml),
      toml: fromLineOne(parseToml),
      json: fromLineOne(parseJson),
      lines: fromLineOne(parseLines),
    },
  });
  return { fields: data as Fields, repeatedKey };
}

/** gray-matter evaluates these languages. `findFences` refuses them; these engines would as well. */
const REFUSED = Object.fromEntries(
  ['javascript', 'js', 'coffee', 'coffeescript', 'cson'].map((language) => [language, refuse]),
);

function refuse(): never {
  throw new FrontMatterError('is a program, which is never run; write YAML');
}

/** Finds the place of a field's value in the file, as far as the lines show it. */
export function placeOfField(
  { block, blockLine }: FrontMatter,
  name: string,
): { readonly line: number; readonly column?: number } {
  const escaped = name.replace(/[^\w]/g, '\\$&');
  const field = new RegExp(`^(\\s*["']?${escaped}["']?\\s*[:=]\\s*).*$`);
  for (const [at, text] of block.split('\n').entries()) {
    const match = field.exec(text);
    if (match !== null) return { line: blockLine + at, column: (match[1] ?? '').length + 1 };
  }
  return { line: blockLine };
}
