import { cleanLine } from '../../kernel/clean-text.ts';
import { KNOWN_FIELDS, type KnownField } from './known-fields.ts';

/** Front matter as parsed: text, numbers, booleans, null, lists and maps. */
export type Fields = Readonly<Record<string, unknown>>;

/** The first present and non-empty value among the names of a known field, with its name. */
export function firstField(
  fields: Fields,
  known: KnownField,
): { readonly name: string; readonly value: unknown } | undefined {
  for (const name of KNOWN_FIELDS[known].names) {
    if (!Object.hasOwn(fields, name)) continue;
    const value = fields[name];
    if (value !== null && value !== '') return { name, value };
  }
  return undefined;
}

/** The first text among the names of a known field, on one clean line. */
export function textField(fields: Fields, known: KnownField): string | undefined {
  return firstText(fields, KNOWN_FIELDS[known].names);
}

/** The first present and non-empty value among the names of a known field. */
export function fieldValue(fields: Fields, known: KnownField): unknown {
  return firstField(fields, known)?.value;
}

/** The first text among `names` in a map, on one line and without control characters. */
export function firstText(fields: Fields, names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = Object.hasOwn(fields, name) ? textOf(fields[name]) : undefined;
    if (text !== undefined) return text;
  }
  return undefined;
}

/** A scalar as one line of text. Undefined if it is empty, a list or a map. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return undefined;
  const line = lineOf(value);
  return line === '' ? undefined : line;
}

/** `text` on one clean line, as a new string: a slice would keep the whole file in memory. */
function lineOf(text: string): string {
  return ` ${cleanLine(text)}`.slice(1);
}

/** Whether the value means yes, as in YAML 1.1 (Jekyll) and 1.2 (Hugo, Astro). */
export function isYes(value: unknown): boolean {
  return value === true || (typeof value === 'string' && /^(?:true|yes|on)$/i.test(value));
}

/** Whether the value means no. */
export function isNo(value: unknown): boolean {
  return value === false || (typeof value === 'string' && /^(?:false|no|off)$/i.test(value));
}

/**
 * Names in a field as Jekyll reads `categories` and `tags`: a list (of lists, one level deep), or
 * words split at spaces. Drops empty names, and commas after words, which are mistakes.
 */
export function namesOf(value: unknown): string[] {
  if (typeof value === 'string') {
    return lineOf(value)
      .split(' ')
      .flatMap((word) => present(word.replace(/,$/, '')));
  }
  if (!Array.isArray(value)) return present(textOf(value));
  return value.flatMap((item) =>
    Array.isArray(item) ? item.flatMap((inner) => present(textOf(inner))) : present(textOf(item)),
  );
}

/** The name of one category, or of each in a list. Does not split at spaces. */
export function wholeNamesOf(value: unknown): string[] {
  return Array.isArray(value) ? namesOf(value) : present(textOf(value));
}

/** Names of people, from text, a map with a `name`, or a list of these. */
export function peopleOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => present(nameOf(item)));
  return present(nameOf(value));
}

function nameOf(value: unknown): string | undefined {
  if (!isMap(value)) return textOf(value);
  return firstText(value, ['name', 'title', 'display_name', 'display', 'id']);
}

/** `names` without duplicates, in the same order. */
export function distinct(names: readonly string[]): string[] {
  return names.length < 2 ? [...names] : [...new Set(names)];
}

export function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function present(name: string | undefined): string[] {
  return name === undefined || name === '' ? [] : [name];
}
