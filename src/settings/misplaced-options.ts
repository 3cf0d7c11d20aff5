import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import type { z } from 'zod';
import type { Problem } from '../kernel/problem.ts';
import { optionName, optionsAt, type ParsedYaml, type Path, placeOf } from './config-problems.ts';

/**
 * Known options that are one group too far in or out, because their line begins in the wrong column. One
 * problem for each run of lines with the same fault.
 */
export function misplacedOptions(yaml: ParsedYaml, schema: z.ZodType): readonly Problem[] {
  const { contents } = yaml.document;
  return isMap(contents) ? within(yaml, schema, contents, []) : [];
}

function within(yaml: ParsedYaml, schema: z.ZodType, map: YAMLMap, path: Path): Problem[] {
  const known = optionsAt(schema, path);
  const problems: Problem[] = [];
  let last: string | undefined;
  for (const [at, pair] of map.items.entries()) {
    const key = keyOf(pair);
    if (key === undefined) continue;
    if (known.includes(key)) {
      problems.push(...inside(yaml, schema, pair.value, [...path, key]));
      last = undefined;
      continue;
    }
    const owner = ownerAbove(schema, path, key) ?? ownerBefore(schema, map, path, at);
    if (owner === undefined) continue;
    const name = optionName(owner);
    // The lines after it belong to the same group: they move together.
    if (name !== last) problems.push(problemOf(yaml, [...path, key], owner));
    last = name;
  }
  return problems;
}

function inside(yaml: ParsedYaml, schema: z.ZodType, value: unknown, path: Path): Problem[] {
  if (isMap(value)) return within(yaml, schema, value, path);
  if (!isSeq(value)) return [];
  return value.items.flatMap((item, at) => inside(yaml, schema, item, [...path, at]));
}

/** The nearest group around `path` that has the option. */
function ownerAbove(schema: z.ZodType, path: Path, key: string): Path | undefined {
  for (let length = path.length - 1; length >= 0; length--) {
    const group = path.slice(0, length);
    if (typeof path[length] !== 'number' && optionsAt(schema, group).includes(key)) return group;
  }
  return undefined;
}

/** The nearest earlier group, in the same parent, that has the option. */
function ownerBefore(schema: z.ZodType, map: YAMLMap, path: Path, at: number): Path | undefined {
  const key = keyOf(map.items[at]) ?? '';
  return map.items
    .slice(0, at)
    .reverse()
    .map((pair) => [...path, keyOf(pair) ?? ''])
    .find((group) => optionsAt(schema, group).includes(key));
}

function problemOf(yaml: ParsedYaml, path: Path, owner: Path): Problem {
  const place = placeOf(yaml, path, 'key');
  const isAbove = owner.length < path.length - 1;
  const column = isAbove ? columnOf(yaml, [...owner, path[owner.length] ?? '']) : undefined;
  const where = isAbove
    ? `to the left${column === undefined ? '' : `, to column ${column}`}`
    : `to the right, below ${String(owner.at(-1))}`;
  const group =
    owner.length === 0 ? 'belongs to the top of the file' : `belongs to ${optionName(owner)}`;
  return { ...place, message: `${String(path.at(-1))} ${group}; move its line ${where}` };
}

function columnOf(yaml: ParsedYaml, path: Path): number | undefined {
  return placeOf(yaml, path, 'key').column;
}

function keyOf(pair: Pair<unknown, unknown> | undefined): string | undefined {
  const key = pair?.key as Node | undefined;
  return isScalar(key) ? String(key.value) : undefined;
}
