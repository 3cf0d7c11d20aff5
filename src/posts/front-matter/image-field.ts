import { type Fields, firstText, isMap, textField, textOf } from './fields.ts';
import { KNOWN_FIELDS } from './known-fields.ts';

/** The picture that a post names: a URL or a path as written, and its alternative text. */
export interface NamedImage {
  readonly source: string;
  readonly alt: string;
}

const SOURCES = ['path', 'url', 'src', 'image', 'relative'];

/**
 * The picture in a post's front matter: text, a map with a path, or the first of a list of these.
 */
export function namedImage(fields: Fields): NamedImage | undefined {
  for (const name of KNOWN_FIELDS.image.names) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const image = imageOf(Array.isArray(value) ? value[0] : value);
    if (image === undefined) continue;
    return { source: image.source, alt: image.alt || (textField(fields, 'imageAlt') ?? '') };
  }
  return undefined;
}

function imageOf(value: unknown): NamedImage | undefined {
  if (typeof value === 'string') {
    const source = textOf(value);
    return source === undefined ? undefined : { source, alt: '' };
  }
  if (!isMap(value)) return undefined;
  const source = SOURCES.map((name) => value[name]).find((path) => typeof path === 'string');
  const text = textOf(source);
  if (text === undefined) return undefined;
  return { source: text, alt: firstText(value, ['alt', 'alt_text', 'title', 'caption']) ?? '' };
}
