import { cleanLine } from '../../kernel/clean-text.ts';
import { FIELD_NAMES, type KnownField } from './known-fields.ts';

/** Front matter as parsed: text, numbers, booleans, null, lists and maps. */
export type Fields = Readonly<Record<string, unknown>>;

/** A picture that a post names: a URL or a path as written, and its alternative text. */
export interface NamedImage {
  readonly source: string;
  readonly alt: string;
}

/** The first present and non-empty value among the names of a known field, with its name. */
export function firstField(
  fields: Fields,
  known: KnownField,
): { readonly name: string; readonly value: unknown } | undefined {
  for (const name of FIELD_NAMES[known]) {
    if (!Object.hasOwn(fields, name)) continue;
    const value = fields[name];
    if (value !== null && value !== '') return { name, value };
  }
  return undefined;
}

/** The first present and non-empty value among the names of a known field. */
export function fieldValue(fields: Fields, known: KnownField): unknown {
  return firstField(fields, known)?.value;
}

/** The first text among the names of a known field, on one clean line. */
export function textField(fields: Fields, known: KnownField): string | undefined {
  return firstText(fields, FIELD_NAMES[known]);
}

/**
 * The picture in a post's front matter: text, a map with a path, or the first of a list of these. A
 * value that is no picture is passed over.
 */
export function imageField(fields: Fields): NamedImage | undefined {
  for (const name of FIELD_NAMES.image) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const image = imageOf(Array.isArray(value) ? value[0] : value);
    if (image !== undefined)
      return { ...image, alt: image.alt || (textField(fields, 'imageAlt') ?? '') };
  }
  return undefined;
}

function imageOf(value: unknown): NamedImage | undefined {
  const map = isMap(value) ? value : { path: value };
  const path = ['path', 'url', 'src', 'image', 'relative']
    .map((name) => map[name])
    .find((each) => typeof each === 'string');
  const source = textOf(path);
  if (source === undefined) return undefined;
  return { source, alt: firstText(map, ['alt', 'alt_text', 'title', 'caption']) ?? '' };
}

/** The first text among `names` in a map, on one line and without control characters. */
function firstText(fields: Fields, names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = Object.hasOwn(fields, name) ? textOf(fields[name]) : undefined;
    if (text !== undefined) return text;
  }
  return undefined;
}

/** A scalar as one line of text. Undefined if it is empty, a list or a map. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return (typeof value === 'string' && lineOf(value)) || undefined;
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
  if (typeof value !== 'string') return wholeNamesOf(value);
  return lineOf(value)
    .split(' ')
    .map((word) => word.replace(/,$/, ''))
    .filter(Boolean);
}

/** The name of one category, or of each in a list (of lists). Does not split at spaces. */
export function wholeNamesOf(value: unknown): string[] {
  return listOf(value)
    .flat()
    .flatMap((item) => textOf(item) ?? []);
}

/** Names of people, from text, a map with a `name`, or a list of these. */
export function peopleOf(value: unknown): string[] {
  return listOf(value).flatMap((item) => nameOf(item) ?? []);
}

function nameOf(value: unknown): string | undefined {
  if (!isMap(value)) return textOf(value);
  return firstText(value, ['name', 'title', 'display_name', 'display', 'id']);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** Whether a value of front matter is a map. */
export function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a field by its name in the file, which is about no property of a post. */
export function fieldNamed(fields: Fields, name: string): unknown {
  return fields[name];
}
