import { cleanLine } from '../kernel/clean-text.ts';
import { escapeHtml } from '../kernel/escape.ts';
import type { FeedSettings } from '../settings/settings.ts';
import { documentUrl, FORMATS } from './formats.ts';
import type { FeedPlan } from './plan-feeds.ts';

/**
 * `<link rel="alternate">` tags for a page's `<head>`. Readers and browsers find the feeds with
 * them. The main feed is enough for the site's pages; pass other plans for the page of a category.
 */
export function discoveryLinks(
  plans: readonly Pick<FeedPlan, 'path' | 'title'>[],
  settings: Pick<FeedSettings, 'publicUrl' | 'formats'>,
): string[] {
  return plans.flatMap(({ path, title }) =>
    settings.formats.map((format) => {
      const { type, name } = FORMATS[format];
      const label = escapeHtml(`${cleanLine(title)} (${name})`);
      const href = escapeHtml(documentUrl(settings.publicUrl, path, format));
      return `<link rel="alternate" type="${type}" title="${label}" href="${href}">`;
    }),
  );
}
