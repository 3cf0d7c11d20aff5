import {
  defineScalarTag,
  FAILSAFE_SCHEMA,
  load,
  mergeTag,
  NOT_RESOLVED,
  nullCoreTag,
  YAMLException,
} from 'js-yaml';
import { FrontMatterError } from './front-matter-error.ts';

export interface ParsedYaml {
  /** A map, unless the author wrote a list or a single value. */
  readonly fields: unknown;
  /** Place of a repeated key. The last value counts, as in Jekyll. */
  readonly repeatedKey?: { readonly line: number; readonly column: number };
}

/** Only `true` and `false` in this spelling. `True`, `yes` and `on` stay text. */
const boolTag = defineScalarTag('tag:yaml.org,2002:bool', {
  implicit: true,
  implicitFirstChars: ['t', 'f'],
  resolve: (source) => (source === 'true' ? true : source === 'false' ? false : NOT_RESOLVED),
  identify: (value) => typeof value === 'boolean',
});

// No numbers and no timestamps: a title, slug, id, tag or date stays the text that the author
// wrote.
const SCHEMA = FAILSAFE_SCHEMA.withTags(nullCoreTag, boolTag, mergeTag);
const LIMITS = { maxAliases: 100, maxDepth: 20 };

// Characters that YAML 1.2 §5.1 forbids: C0 except TAB and LF, DEL, C1 except NEL, and
// noncharacters.
const NOT_YAML = /[\0-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/g;

const REPEATED = 'duplicated mapping key';

/** At most this many lines of quoted text may lack the indentation that YAML requires. */
const MOST_UNINDENTED_LINES = 100;

/**
 * Parses the fields of a YAML block with js-yaml 5: text, `null`, `true`, `false`, lists and maps
 * of these. Drops control characters, because feeds drop them anyway. Throws `FrontMatterError` if
 * the block is not YAML, or has a tag such as `!ruby/object`.
 */
export function parseYaml(block: string): ParsedYaml {
  try {
    return { fields: loadLeniently(block, false) };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    if (error.reason !== REPEATED) throw explained(error, block);
    return { fields: parseLastOfEachKey(block), repeatedKey: placeOf(error) };
  }
}

function parseLastOfEachKey(block: string): unknown {
  try {
    return loadLeniently(block, true);
  } catch (error) {
    throw error instanceof YAMLException ? explained(error, block) : error;
  }
}

/**
 * Also loads quoted text that continues at the start of a line, as Jekyll's parser does. Many real
 * posts have it. White space at the start of such a line has no meaning, so this adds it.
 */
function loadLeniently(block: string, json: boolean): unknown {
  let first: unknown;
  let lines: string[] | undefined;
  for (let attempt = 0; attempt < MOST_UNINDENTED_LINES; attempt++) {
    try {
      return loadClean(lines?.join('\n') ?? block, json);
    } catch (error) {
      if (!(error instanceof YAMLException) || error.reason === REPEATED) throw error;
      first ??= error;
      if (error.reason !== 'deficient indentation') break;
      lines ??= block.split('\n');
      const at = placeOf(error).line - 1;
      lines[at] = ` ${lines[at] ?? ''}`;
    }
  }
  throw first;
}

function loadClean(block: string, json: boolean): unknown {
  try {
    return load(block, { schema: SCHEMA, json, ...LIMITS });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    if (error.reason.endsWith('the input is empty')) return {};
    const clean = block.replace(NOT_YAML, '');
    if (clean === block) throw error;
    return loadClean(clean, json);
  }
}

function placeOf({ mark }: YAMLException): { line: number; column: number } {
  return { line: (mark?.line ?? 0) + 1, column: (mark?.column ?? 0) + 1 };
}

function explained(error: YAMLException, block: string): FrontMatterError {
  const { line, column } = placeOf(error);
  const text = block.split('\n')[line - 1] ?? '';
  return new FrontMatterError(
    `the front matter is not YAML (${error.reason}); ${remedyFor(text)}`,
    line,
    column,
  );
}

function remedyFor(line: string): string {
  if (line.startsWith('\t')) return 'indent with spaces, not with a tab';
  const value = /^\s*(?:- +)?[\w -]+: +(.*)$/.exec(line)?.[1] ?? '';
  if (/^[^"'[{].*:(?: |$)/.test(value)) return 'put the value that has a colon in it into quotes';
  if (/^[@`%*&!|>]/.test(value)) return `put the value that starts with ${value[0]} into quotes`;
  return 'correct this line or the one before it';
}
