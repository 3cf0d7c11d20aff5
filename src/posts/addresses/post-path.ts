import { type PermalinkParts, permalinkPath } from '../../settings/permalink.ts';
import { type Fields, firstField, textOf } from '../front-matter/fields.ts';
import type { WrongField } from '../front-matter/wrong-field.ts';

/**
 * Path of the post's page, starting with `/`: from its own `permalink` (Hugo: `url`), else from the
 * site's. Returns the error instead if the path leaves the site or leads to another one.
 */
export function postPath(
  fields: Fields,
  parts: PermalinkParts,
  sitePermalink: string,
): { readonly path: string } | WrongField {
  const own = firstField(fields, 'address');
  const text = textOf(own?.value);
  // Eleventy's `permalink: false` and computed permalinks (Liquid) cannot be used here.
  if (own === undefined || text === undefined || /^(?:false|true)$|\{[{%]/.test(text)) {
    const path = permalinkPath(sitePermalink, parts);
    return 'path' in path ? path : { field: 'slug', reason: `permalink ${path.reason}` };
  }
  if (/^[a-z][a-z0-9+.-]*:|^[/\\]{2}/i.test(text)) {
    const reason = `${own.name} leads to another site; write a path like /news/title/`;
    return { field: own.name, reason };
  }
  const path = permalinkPath(text.replaceAll('\\', '/'), parts);
  return 'path' in path ? path : { field: own.name, reason: `${own.name} ${path.reason}` };
}
