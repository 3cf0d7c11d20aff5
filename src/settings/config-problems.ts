import { type Document, isMap, isScalar, type LineCounter, type Node } from 'yaml';
import type { z } from 'zod';
import { nearestName } from '../kernel/nearest-name.ts';
import type { Problem } from '../kernel/problem.ts';

/** The names and indexes of the path to an option. */
export type Path = readonly PropertyKey[];

/** A parsed YAML file, with the data to locate a problem in it. */
export interface ParsedYaml {
  /** As the user typed it. */
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/** The issues that zod found in a config file, each with its line, column, fact and remedy. */
export function configProblems(
  yaml: ParsedYaml,
  error: z.ZodError,
  schema: z.ZodType,
): readonly Problem[] {
  return error.issues.flatMap((issue) => {
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

function describeIssue(issue: z.core.$ZodIssue): string {
  const name = optionName(issue.path);
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return `${name} is missing; add it`;
      return `${name} must be ${article(issue.expected)}, not ${JSON.stringify(issue.input)?.slice(0, 60)}`;
    case 'invalid_value': {
      const near = nearestName(String(issue.input), issue.values.map(String));
      const remedy =
        near === undefined ? `write ${issue.values.join(' or ')}` : `did you mean ${near}?`;
      return `${name} is not one of the values it can have; ${remedy}`;
    }
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
export function optionsAt(schema: z.ZodType, path: Path): string[] {
  let at: unknown = schema;
  for (const step of path) {
    const object = unwrap(at);
    at = typeof step === 'number' ? elementOf(object) : shapeOf(object)?.[String(step)];
  }
  return Object.keys(shapeOf(unwrap(at)) ?? {});
}

interface Definition {
  readonly innerType?: unknown;
  readonly in?: unknown;
  readonly element?: unknown;
  readonly shape?: Record<string, unknown>;
  readonly options?: readonly unknown[];
}

function definitionOf(schema: unknown): Definition {
  return (schema as { def?: Definition } | undefined)?.def ?? {};
}

function unwrap(schema: unknown): unknown {
  const { innerType, in: input, options } = definitionOf(schema);
  // `off` or a group of options: the group.
  const inner = innerType ?? input ?? options?.find((option) => shapeOf(option) !== undefined);
  return inner === undefined ? schema : unwrap(inner);
}

const elementOf = (schema: unknown) => definitionOf(schema).element;
const shapeOf = (schema: unknown) => definitionOf(schema).shape;

/** File, line and column of the name or value of the option at `path`. */
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

/** The offset of the node at `path`, or of its nearest existing parent. */
function offsetOf(document: Document, path: Path, part: 'key' | 'value'): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const steps = path.slice(0, length);
    const parent = document.getIn(steps.slice(0, -1), true);
    const pair = isMap(parent)
      ? parent.items.find((item) => isScalar(item.key) && item.key.value === steps.at(-1))
      : undefined;
    // For a missing option, the best place is the name of its group.
    const node = length < path.length || part === 'key' ? pair?.key : undefined;
    const found = (node ?? document.getIn(steps, true)) as Node | undefined;
    if (found?.range) return found.range[0];
  }
  return undefined;
}
