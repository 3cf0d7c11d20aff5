import { elementOf, shapeOf } from './schema-shape.ts';

/** An option that stands at the wrong level. */
export interface Misplaced {
  /** 1 is the first. */
  readonly line: number;
  readonly column: number;
  /** The fact and the remedy. */
  readonly message: string;
}

interface Group {
  /** How messages call it; undefined for the top of the file. */
  readonly name: string | undefined;
  /** By name, what may stand in it. */
  readonly shape: Readonly<Record<string, unknown>>;
  /** Column of its options, from 0; undefined before the first. */
  indent: number | undefined;
  /** How far to the right it has to be at least. */
  readonly least: number;
  readonly seen: Member[];
}

interface Member {
  readonly key: string;
  readonly line: number;
  /** Where the line begins: before the hyphen of an entry. */
  readonly begin: number;
}

/** A line `key: value` or `- key: value`. */
interface Line {
  readonly number: number;
  /** Column where it begins, from 0. */
  readonly begin: number;
  /** Column of the key. */
  readonly indent: number;
  readonly isEntry: boolean;
  readonly key: string;
  readonly value: string;
}

/**
 * The first option of a config file in YAML whose indentation puts it where it does not belong, by the
 * schema: under another group, between two, or twice into one. Undefined where there is none. For a file
 * that is wrong already: it goes line by line, and knows of YAML what configs are written in.
 */
export function findMisplaced(text: string, schema: unknown): Misplaced | undefined {
  const root: Group = {
    name: undefined,
    shape: shapeOf(schema) ?? {},
    indent: 0,
    least: 0,
    seen: [],
  };
  let open: Group[] = [root];
  for (const line of linesOf(text)) {
    if (line.isEntry) open = withNewEntry(open, line);
    const here = open.filter(({ indent, least }) =>
      indent === undefined ? line.indent >= least : indent <= line.indent,
    );
    const group = here.at(-1) ?? root;
    const isAligned = group.indent === undefined || group.indent === line.indent;
    if (!isAligned || !canTake(group, line.key)) {
      const right = open.findLast((each) => canTake(each, line.key));
      if (right !== undefined) return misplaced(line, right, group);
      // A name that nobody knows: the schema says so, unless nothing begins in its column.
      if (!isAligned) return unaligned(line, group);
    }
    group.indent ??= line.indent;
    group.seen.push({ key: line.key, line: line.number, begin: line.begin });
    open = [...here, ...openedBy(line, group)];
  }
  return undefined;
}

function canTake({ shape, seen }: Group, key: string): boolean {
  return key in shape && !seen.some((member) => member.key === key);
}

/** The list whose entry begins here gets a group for it, in place of that of the entry before. */
function withNewEntry(open: readonly Group[], { begin }: Line): Group[] {
  const at = open.findLastIndex(
    ({ name, least }) => name?.endsWith('[]') === true && least <= begin + 2,
  );
  const list = open[at];
  if (list === undefined) return [...open];
  return [...open.slice(0, at), { ...list, indent: undefined, seen: [] }];
}

function openedBy({ key, value, indent }: Line, { shape }: Group): Group[] {
  if (value !== '') return [];
  const entry = elementOf(shape[key]);
  const inner = shapeOf(entry ?? shape[key]);
  if (inner === undefined) return [];
  const isList = entry !== undefined;
  const name = isList ? `${key}[]` : key;
  // A hyphen may stand right below the name of its list.
  return [{ name, shape: inner, indent: undefined, least: indent + (isList ? 2 : 1), seen: [] }];
}

function misplaced(line: Line, right: Group, wrong: Group): Misplaced {
  const [first] = right.seen;
  if (first !== undefined && isFirstAlone(line, right)) {
    const columns = line.indent - (right.indent ?? 0);
    return report({ ...first, columns }, `${first.key} is not in line with ${line.key} below it`);
  }
  const columns = (right.indent ?? Math.max(right.least + (right.least % 2), 2)) - line.indent;
  const place =
    right.name === undefined ? 'at the start of a line' : `under ${right.name.replace('[]', '')}`;
  const fact =
    wrong === right || wrong.name === undefined
      ? `${line.key} belongs ${place}`
      : `${line.key} is under ${wrong.name.replace('[]', '')}, and belongs ${place}`;
  return report({ line: line.number, begin: line.begin, columns }, fact);
}

/** Whether the group's first option is what is out of line: people indent by two, and too far. */
function isFirstAlone({ indent }: Line, right: Group): boolean {
  if (right.seen.length !== 1 || right.name === undefined || right.indent === undefined)
    return false;
  const isTooFar = right.indent > indent && indent >= right.least;
  return indent % 2 === 0 && (isTooFar || right.indent % 2 === 1);
}

function unaligned(line: Line, { indent = 0, seen }: Group): Misplaced {
  const beside = seen.at(-1)?.key;
  const fact = `${line.key} is not in line with ${beside ?? 'what is above it'}`;
  return report({ line: line.number, begin: line.begin, columns: indent - line.indent }, fact);
}

function report(
  {
    line,
    begin,
    columns,
  }: { readonly line: number; readonly begin: number; readonly columns: number },
  fact: string,
): Misplaced {
  const count = Math.abs(columns);
  const spaces = count === 1 ? '1 space' : `${count} spaces`;
  const remedy =
    columns === 0
      ? 'give it one place'
      : `move it ${spaces} to the ${columns < 0 ? 'left' : 'right'}`;
  return { line, column: begin + 1, message: `${fact}; ${remedy}` };
}

/** The lines with options, without those that are part of a value of several lines. */
function* linesOf(text: string): Generator<Line> {
  /** Lines that are indented further than this are part of a block of text. */
  let block = Number.POSITIVE_INFINITY;
  let brackets = 0;
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const begin = line.search(/\S/);
    if (begin < 0 || line[begin] === '#') continue;
    // YAML forbids it, and says so.
    if (line.slice(0, begin).includes('\t')) return;
    if (brackets > 0) {
      brackets += bracketsIn(line);
      continue;
    }
    if (begin > block) continue;
    block = Number.POSITIVE_INFINITY;
    const found = /^(\s*)(-\s+)?([$A-Za-z][\w$]*):(?:\s+(.*))?$/.exec(line);
    if (found === null) continue;
    const [, , hyphen = '', key = '', rest = ''] = found;
    const value = rest.replace(/(^|\s)#.*$/, '').trim();
    const indent = begin + hyphen.length;
    if (/^[|>]/.test(value)) block = indent;
    if (/^[[{]/.test(value)) brackets = Math.max(0, bracketsIn(value));
    yield { number: at + 1, begin, indent, isEntry: hyphen !== '', key, value };
  }
}

function bracketsIn(text: string): number {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, '').replace(/(^|\s)#.*$/, '');
  return (bare.match(/[[{]/g)?.length ?? 0) - (bare.match(/[\]}]/g)?.length ?? 0);
}
