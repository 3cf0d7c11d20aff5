/** A place in a file; line and column start at 1. */
interface Place {
  readonly line: number;
  readonly column: number;
}

/** A line that does not fit the lines before it: one of them begins in the wrong column. */
export interface WrongIndentation extends Place {
  readonly before: Place;
}

interface OptionLine extends Place {
  /** For a list entry: the column of its first option, after the dash. */
  readonly innerColumn?: number;
  /** The value after the colon is empty: its options follow, further to the right. */
  readonly opens: boolean;
}

interface Block extends Place {
  readonly isList: boolean;
}

const OPTION = /^( *)(- +)?(?:[A-Za-z$][\w$-]*|"[^"]*"|'[^']*') *:(?=\s|$)(.*)$/;

/** What may follow the colon of an option with sub-options: a comment, a block text, an anchor. */
const NOTHING = /^\s*(#.*|[|>].*|&\S+)?$/;

/**
 * Returns the first line of a YAML file that does not fit the lines before it; undefined if all fit. A
 * parser reports an error for each line from there on, and often starts a few lines too late. Checks only
 * lines with an option.
 */
export function findWrongIndentation(text: string): WrongIndentation | undefined {
  const blocks: Block[] = [];
  let previous: OptionLine | undefined;
  for (const line of text.split('\n').flatMap((each, at) => readOption(each, at + 1))) {
    let left: Block | undefined;
    while (line.column < (blocks.at(-1)?.column ?? 0)) left = blocks.pop();
    const block = blocks.at(-1);
    if (line.column > (block?.column ?? 0)) {
      const isNew = left === undefined && (previous?.opens ?? true);
      const before = left ?? previous;
      if (!isNew && before !== undefined) return { ...placeOf(line), before: placeOf(before) };
      blocks.push({ ...placeOf(line), isList: line.innerColumn !== undefined });
    } else if (block?.isList === true && line.innerColumn === undefined) {
      return { ...placeOf(line), before: placeOf(left ?? block) };
    }
    if (line.innerColumn !== undefined) {
      blocks.push({ line: line.line, column: line.innerColumn, isList: false });
    }
    previous = line;
  }
  return undefined;
}

function placeOf({ line, column }: Place): Place {
  return { line, column };
}

function readOption(text: string, line: number): OptionLine[] {
  const match = OPTION.exec(text);
  if (match === null) return [];
  const [, spaces = '', dash, rest = ''] = match;
  const column = spaces.length + 1;
  const inner = dash === undefined ? {} : { innerColumn: column + dash.length };
  return [{ line, column, ...inner, opens: NOTHING.test(rest) }];
}
