import { cleanLine } from '../../kernel/clean-text.ts';
import { isWebUrl } from '../../settings/schema-values.ts';
import { FIELD_NAMES, type KnownField } from './known-fields.ts';
import { withoutAddress, withoutTags } from './plain-words.ts';

/** Front matter as parsed: text, numbers, booleans, null, lists and maps. */
export type Fields = Readonly<Record<string, unknown>>;

/** Somebody who wrote a post. */
export interface Author {
  /** Plain text. */
  readonly name: string;
  /** Absolute URL of a page about them. */
  readonly url?: string;
}

/** A picture that a post names: a URL or a path as written, and its alternative text. */
export interface NamedImage {
  readonly source: string;
  readonly alt: string;
  /** The path is from the page of the post, whatever else is there. */
  readonly isRelative?: boolean;
}

/**
 * The first present and non-empty value among the names of a known field, or those that count, with its
 * name.
 */
export function firstField(
  fields: Fields,
  known: KnownField,
  counts: (name: string) => boolean = () => true,
): { readonly name: string; readonly value: unknown } | undefined {
  for (const name of FIELD_NAMES[known]) {
    if (!Object.hasOwn(fields, name) || !counts(name)) continue;
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
 * The picture in a post's front matter: text, a map with a path, or one of a list of these: that with the
 * name of a cover, else the first. A value that is no picture is passed over.
 */
export function imageField(fields: Fields): NamedImage | undefined {
  for (const name of FIELD_NAMES.image) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const all: readonly unknown[] = Array.isArray(value) ? value : [value];
    // A theme's `header`, and Hugo's list of resources, are about more than a picture.
    const usable = /^(?:header|resources)$/.test(name) ? all.filter(isMap) : all;
    const image = imageOf(usable.find(isCover) ?? usable[0]);
    if (image !== undefined)
      return { ...image, alt: image.alt || (textField(fields, 'imageAlt') ?? '') };
  }
  return undefined;
}

const COVER = /cover|feature|hero|thumb|banner/i;

function isCover(value: unknown): boolean {
  return isMap(value) && COVER.test(`${textOf(value.name) ?? ''} ${textOf(value.src) ?? ''}`);
}

function imageOf(value: unknown): NamedImage | undefined {
  const map = isMap(value) ? value : { path: value };
  const path = ['path', 'url', 'src', 'image', 'teaser', 'overlay_image', 'relative']
    .map((name) => map[name])
    .find((each) => typeof each === 'string' && !isYes(each) && !isNo(each));
  const source = textOf(path);
  if (source === undefined) return undefined;
  const alt = firstText(map, ['alt', 'alt_text', 'image_description', 'title', 'caption']) ?? '';
  return isYes(map.relative) ? { source, alt, isRelative: true } : { source, alt };
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
 * words split at spaces. A text with commas or semicolons is split at these.
 */
export function namesOf(value: unknown): string[] {
  if (typeof value !== 'string' || /[,;]/.test(value)) return separateNamesOf(value);
  return lineOf(value).split(' ').flatMap(nameIn);
}

/** Like `namesOf`, but a text is one name, with its spaces, if it has no commas or semicolons. */
export function separateNamesOf(value: unknown): string[] {
  if (typeof value !== 'string') return wholeNamesOf(value);
  return lineOf(value)
    .split(value.includes(';') ? ';' : ',')
    .flatMap(nameIn);
}

/** The name of one category, or of each in a list (of lists). A map is named by its `label`. */
export function wholeNamesOf(value: unknown): string[] {
  return listOf(value)
    .flat()
    .flatMap((item) => (isMap(item) ? firstText(item, ['label', 'name', 'title']) : item) ?? [])
    .flatMap(nameIn);
}

function nameIn(value: unknown): string[] {
  const name = withoutTags(textOf(value) ?? '');
  return name === '' ? [] : [name];
}

const PERSON_NAMES = ['name', 'display_name', 'display', 'key', 'id', 'title'];
const PERSON_URLS = ['url', 'web', 'website', 'homepage', 'link'];

/**
 * People, from text, a map with a `name` and perhaps a `url`, or a list of these. A key among `known`
 * stands for a person. Addresses beside a name are taken off.
 */
export function peopleOf(value: unknown, known?: ReadonlyMap<string, Author>): Author[] {
  return listOf(value)
    .flat()
    .flatMap((item) => {
      const written = isMap(item) ? firstText(item, PERSON_NAMES) : textOf(item);
      if (written === undefined) return [];
      const listed = known?.get(written);
      const name = withoutAddress(withoutTags(listed?.name ?? written));
      if (name === undefined) return [];
      const url = isMap(item) ? firstText(item, PERSON_URLS) : undefined;
      return { name, url: url !== undefined && isWebUrl(url) ? url : listed?.url };
    });
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
