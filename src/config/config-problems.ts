import { type Document, isMap, isScalar, type LineCounter, type Node } from 'yaml';
import type { z } from 'zod';
import type { Problem } from '../model/problem.ts';
import { elementOf, shapeOf } from './schema-shape.ts';

type Path = readonly PropertyKey[];

/** A parsed YAML file, with what is needed to say where in it something is wrong. */
export interface ParsedYaml {
  /** As the user typed it. */
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/** The issues that zod found in a config file, each with its line, column, fact and remedy. */
export function configProblems(yaml: ParsedYaml, error: z.ZodError, schema: z.ZodType): Problem[] {
  const misspelt = new Set(error.issues.flatMap((issue) => meantBy(issue, schema)));
  return error.issues.flatMap((issue) => {
    // It is there, under a name with a slip in it.
    if (issue.input === undefined && misspelt.has(optionName(issue.path))) return [];
    if (issue.code === 'unrecognized_keys') {
      const known = optionsAt(schema, issue.path);
      return issue.keys.map((key) => ({
        ...placeOf(yaml, [...issue.path, key], 'key'),
        message: `${optionName([...issue.path, key])} is not an option; ${remedyForUnknown(key, known)}`,
      }));
    }
    return [{ ...placeOf(yaml, issue.path, 'value'), message: describeIssue(issue) }];
  });
}

/** The options that names which are none are near to. */
function meantBy(issue: z.core.$ZodIssue, schema: z.ZodType): string[] {
  if (issue.code !== 'unrecognized_keys') return [];
  const known = optionsAt(schema, issue.path);
  return issue.keys.flatMap((key) => {
    const near = nearestName(key, known);
    return near === undefined ? [] : [optionName([...issue.path, near])];
  });
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const name = optionName(issue.path);
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return `${name} is missing; add it`;
      return `${name} must be ${article(issue.expected)}, not ${JSON.stringify(issue.input)?.slice(0, 60)}`;
    case 'invalid_value':
      return `${name} is not one of the values it can have; write ${issue.values.join(' or ')}`;
    case 'too_small':
      return `${name} is too small; the least is ${issue.minimum}`;
    case 'too_big':
      return `${name} is too large; the most is ${issue.maximum}`;
    case 'invalid_union':
      return `${name} has a value that it cannot have; see the comment on it in config/broadsheet.yaml`;
    case 'unrecognized_keys':
    case 'invalid_format':
    case 'not_multiple_of':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return `${name} ${issue.message}`;
  }
}

const KINDS: Record<string, string> = {
  string: 'text in quotes',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a group of options',
};

function article(expected: string): string {
  return KINDS[expected] ?? `a ${expected}`;
}

/** `newsletters[0].from.address`. */
export function optionName(path: Path): string {
  if (path.length === 0) return 'the file';
  return path
    .map((step, at) =>
      typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${String(step)}`,
    )
    .join('');
}

function remedyForUnknown(key: string, known: readonly string[]): string {
  const near = nearestName(key, known);
  if (near !== undefined) return `did you mean ${near}?`;
  return `delete it, or use one of ${known.join(', ')}`;
}

/** The option names that the schema knows at `path`. */
function optionsAt(schema: z.ZodType, path: Path): string[] {
  let at: unknown = schema;
  for (const step of path) {
    at = typeof step === 'number' ? elementOf(at) : shapeOf(at)?.[String(step)];
  }
  return Object.keys(shapeOf(at) ?? {});
}

/** File, line and column of the option at `path`, of its name or of its value. */
export function placeOf(
  yaml: ParsedYaml,
  path: Path,
  part: 'key' | 'value',
): Omit<Problem, 'message'> {
  const offset = offsetOf(yaml.document, path, part);
  if (offset === undefined) return { file: yaml.file };
  const { line, col } = yaml.lines.linePos(offset);
  return { file: yaml.file, line, column: col };
}

/** Where the node at `path` begins; where there is none, the nearest thing above it. */
function offsetOf(document: Document, path: Path, part: 'key' | 'value'): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const steps = path.slice(0, length);
    const parent = document.getIn(steps.slice(0, -1), true);
    const pair = isMap(parent)
      ? parent.items.find((item) => isScalar(item.key) && item.key.value === steps.at(-1))
      : undefined;
    // What is missing is best shown at the name of the group that it is missing from.
    const node = length < path.length || part === 'key' ? pair?.key : undefined;
    const found = (node ?? document.getIn(steps, true)) as Node | undefined;
    if (found?.range) return found.range[0];
  }
  return undefined;
}

/** The first of `known` that `name` may be a slip of; undefined where none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  return known.find((each) => distance(each.toLowerCase(), name.toLowerCase()) <= 2);
}

/** Levenshtein's distance, for short words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
