import {
  defineScalarTag,
  FAILSAFE_SCHEMA,
  load,
  mergeTag,
  NOT_RESOLVED,
  nullCoreTag,
  YAMLException,
} from 'js-yaml';
import { parse, TomlError } from 'smol-toml';
import { reasonOf } from '../../kernel/errors.ts';
import { type Fields, isMap } from './fields.ts';

/**
 * An error in a block of front matter. `line` and `column` count from 1 within the block. Only
 * `readFrontMatter` catches it, and turns it into a problem.
 */
export class FrontMatterError extends Error {
  override readonly name = 'FrontMatterError';
  readonly line: number;
  /** Undefined if the parser does not report it. */
  readonly column: number | undefined;

  constructor(fact: string, line = 1, column?: number) {
    super(`the front matter ${fact}`);
    this.line = line;
    this.column = column;
  }
}

/** A place in a block; both count from 1. */
interface Place {
  readonly line: number;
  readonly column: number;
}

export interface ParsedYaml {
  readonly fields: Fields;
  /** Place of a repeated key. The last value counts, as in Jekyll. */
  readonly repeatedKey?: Place;
}

/** Only `true` and `false` in this spelling. `True`, `yes` and `on` stay text. */
const boolTag = defineScalarTag('tag:yaml.org,2002:bool', {
  implicit: true,
  implicitFirstChars: ['t', 'f'],
  resolve: (source) => (source === 'true' ? true : source === 'false' ? false : NOT_RESOLVED),
  identify: (value) => typeof value === 'boolean',
});

/** `!!timestamp`, `!!int` and `!!float` before a value: it stays the text that it is. */
function textTags() {
  return ['timestamp', 'int', 'float'].map((name) =>
    defineScalarTag(`tag:yaml.org,2002:${name}`, {
      resolve: (source) => source,
      identify: () => false,
    }),
  );
}

// No numbers and no timestamps: a title, slug, id, tag or date stays the text that the author
// wrote.
const SCHEMA = FAILSAFE_SCHEMA.withTags(nullCoreTag, boolTag, mergeTag, ...textTags());
const LIMITS = { maxAliases: 100, maxDepth: 20 };

// Characters that YAML 1.2 §5.1 forbids: C0 except TAB and LF, DEL, C1 except NEL, and
// noncharacters.
const NOT_YAML = /[\0-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/g;

const REPEATED = 'duplicated mapping key';

/** At most this many lines of quoted text may lack the indentation that YAML requires. */
const MOST_UNINDENTED_LINES = 100;

/**
 * Parses the fields of a YAML block with js-yaml 5: text, `null`, `true`, `false`, lists and maps
 * of these. Drops control characters, because feeds drop them anyway. `repeatedKey` is a key that
 * may be there twice. Throws `FrontMatterError` if the block is not YAML or no map, or has a tag such
 * as `!ruby/object`.
 */
export function parseYaml(block: string, repeatedKey?: Place): ParsedYaml {
  try {
    const value = loadLeniently(block, repeatedKey !== undefined) ?? {};
    const fields = asMap(value, 'has no "key: value" lines; write title: ...');
    return { fields: withVisibleNames(fields), repeatedKey };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const place = placeOf(error);
    if (error.reason === REPEATED && repeatedKey === undefined) return parseYaml(block, place);
    const remedy = remedyFor(block.split('\n')[place.line - 1] ?? '');
    const fact = `is not YAML (${error.reason}); ${remedy}`;
    throw new FrontMatterError(fact, place.line, place.column);
  }
}

/** No-break spaces, marks of direction and the like: nobody sees them in the name of a field. */
const INVISIBLE = /[\s\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]+/g;

/** `fields` without invisible characters in their names: `draft` after a no-break space is meant. */
function withVisibleNames(fields: Fields): Fields {
  const names = Object.keys(fields);
  if (names.every((name) => name.search(INVISIBLE) === -1)) return fields;
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name.replace(INVISIBLE, ' ').trim(), value]),
  );
}

/**
 * Also loads quoted text that continues at the start of a line, as Jekyll's parser does. Many real
 * posts have it. White space at the start of such a line has no meaning, so this adds it.
 */
function loadLeniently(block: string, mayRepeat: boolean): unknown {
  let first: unknown;
  let lines: string[] | undefined;
  for (let attempt = 0; attempt < MOST_UNINDENTED_LINES; attempt++) {
    try {
      return loadClean(lines?.join('\n') ?? block, mayRepeat);
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

function loadClean(block: string, mayRepeat: boolean): unknown {
  try {
    return load(block, { schema: SCHEMA, json: mayRepeat, ...LIMITS });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    if (error.reason.endsWith('the input is empty')) return {};
    const clean = block.replace(NOT_YAML, '');
    if (clean === block) throw error;
    return loadClean(clean, mayRepeat);
  }
}

function placeOf({ mark }: YAMLException): Place {
  return { line: (mark?.line ?? 0) + 1, column: (mark?.column ?? 0) + 1 };
}

function remedyFor(line: string): string {
  if (line.startsWith('\t')) return 'indent with spaces, not with a tab';
  const value = /^\s*(?:- +)?[\w -]+: +(.*)$/.exec(line)?.[1] ?? '';
  if (/^[^"'[{].*:(?: |$)/.test(value)) return 'put the value that has a colon in it into quotes';
  if (/^[@`%*&!|>]/.test(value)) return `put the value that starts with ${value[0]} into quotes`;
  return 'correct this line or the one before it';
}

/** Parses the fields of a JSON block (Hugo, gray-matter). Throws `FrontMatterError`. */
export function parseJson(block: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(block);
  } catch (error) {
    const reason = reasonOf(error);
    const [, line = 1, column = 1] =
      / at position \d+ \(line (\d+) column (\d+)\)/.exec(reason) ?? [];
    const fact = `is not JSON (${reason.split('\n')[0]}); correct this line`;
    throw new FrontMatterError(fact, Number(line), Number(column));
  }
  return asMap(value, 'is no JSON object; write { "title": ... }');
}

/**
 * Parses the fields of a TOML block (Hugo). Dates and times become ISO 8601 text, because one set
 * of rules then reads all dates. Throws `FrontMatterError`.
 */
export function parseToml(block: string): Fields {
  try {
    return withoutTemporal(parse(block, { useLegacyDate: false, maxDepth: 20 })) as Fields;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = /^Invalid TOML document: (.*)$/m.exec(error.message)?.[1] ?? error.message;
    throw new FrontMatterError(
      `is not TOML (${reason}); correct this line`,
      error.line,
      error.column,
    );
  }
}

function withoutTemporal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTemporal);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Temporal.ZonedDateTime) return value.toString({ timeZoneName: 'never' });
  if (Object.prototype.toString.call(value).startsWith('[object Temporal.')) return String(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withoutTemporal(inner)]),
  );
}

function asMap(value: unknown, otherwise: string): Fields {
  if (isMap(value)) return value;
  throw new FrontMatterError(otherwise, 1, 1);
}

/** Names of fields whose value is a list, in lines of metadata (Pelican). */
const LISTS = ['tags', 'authors'];

/**
 * Lines of metadata, `Title: The title`, as Python-Markdown reads them: names in any case, and more lines
 * of a value are indented.
 */
export function parseLines(block: string): Fields {
  const found: Record<string, unknown> = {};
  let last = '';
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = /^[ ]{0,3}([A-Za-z0-9_-]+):\s*(.*)$/.exec(line) ?? [];
    if (name !== '') {
      last = name.toLowerCase();
      found[last] = value.trim();
    } else if (last !== '') found[last] = `${String(found[last])} ${line.trim()}`.trim();
  }
  for (const name of LISTS) {
    const value = found[name];
    if (typeof value !== 'string') continue;
    found[name] = value.split(value.includes(';') ? ';' : ',').map((each) => each.trim());
  }
  return found;
}
