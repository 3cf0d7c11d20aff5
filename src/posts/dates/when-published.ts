import { type Fields, firstField, isMap, textOf } from '../front-matter/fields.ts';
import type { KnownField } from '../front-matter/known-fields.ts';
import {
  dayAlone,
  type PostDate,
  parsePostDate,
  type ZoneRule,
} from '../front-matter/post-date.ts';
import type { WrongField } from '../front-matter/wrong-field.ts';
import type { FileName } from '../generators/post-path.ts';

const REMEDY = 'write 2026-03-20 or 2026-03-20T07:30';

/**
 * When the post was published: from its front matter, else from its path. Undefined if neither has
 * a date. A field with a wrong date is never ignored.
 */
export function whenPublished(
  fields: Fields,
  name: FileName,
  rule: ZoneRule,
): PostDate | WrongField | undefined {
  const given = readDate(fields, 'published', rule);
  if (given !== undefined || name.day === undefined) return given;
  return dayAlone(...name.day, rule);
}

/** When the post was last changed, if its front matter has that. */
export function whenUpdated(fields: Fields, rule: ZoneRule): PostDate | WrongField | undefined {
  return readDate(fields, 'updated', rule);
}

function readDate(
  fields: Fields,
  known: KnownField,
  rule: ZoneRule,
): PostDate | WrongField | undefined {
  const found = firstField(fields, known);
  if (found === undefined) return undefined;
  const text = textOf(found.value) ?? (isMap(found.value) ? 'a map' : 'a list');
  const date = parsePostDate(text, rule);
  if (date !== undefined) return date;
  return {
    field: found.name,
    reason: `${found.name} "${text.slice(0, 40)}" is not a date; ${REMEDY}`,
  };
}
