import { cleanLine } from '../kernel/clean-text.ts';
import { escapeHtml } from '../kernel/escape.ts';
import type { FeedSettings, SiteSettings } from '../settings/settings.ts';
import { documentUrl } from './formats.ts';
import { rfc822 } from './moments.ts';
import type { FeedKind, FeedPlan } from './plan-feeds.ts';

export const OPML_FILE = 'feeds.opml';

const GROUPS: readonly { readonly kind: FeedKind; readonly title: string }[] = [
  { kind: 'category', title: 'Categories' },
  { kind: 'author', title: 'Authors' },
  { kind: 'tag', title: 'Tags' },
  { kind: 'language', title: 'Languages' },
];

/**
 * All feeds as OPML 2.0 (http://opml.org/spec2.opml). Each is listed once, in the first configured
 * format that every reader knows. `updated` is that of the main feed.
 */
export function renderOpml(
  plans: readonly FeedPlan[],
  { site, settings }: { readonly site: SiteSettings; readonly settings: FeedSettings },
  updated: Temporal.Instant,
): string {
  const format = settings.formats.find((name) => name !== 'json') ?? 'json';
  const outline = ({ title, path, language = site.language }: FeedPlan) => {
    const attributes = {
      type: 'rss',
      text: cleanLine(title),
      title: cleanLine(title),
      xmlUrl: documentUrl(settings.publicUrl, path, format),
      htmlUrl: site.url,
      language,
      ...(format === 'rss' && { version: 'RSS2' }),
    };
    const written = Object.entries(attributes).map(
      ([name, value]) => `${name}="${escapeHtml(value)}"`,
    );
    return `<outline ${written.join(' ')}/>`;
  };
  const groups = GROUPS.flatMap(({ kind, title }) => {
    const members = plans.filter((plan) => plan.kind === kind);
    if (members.length === 0) return [];
    const outlines = members.map((plan) => `      ${outline(plan)}`);
    return [`    <outline text="${title}">`, ...outlines, '    </outline>'];
  });
  return `${[
    '<?xml version="1.0" encoding="utf-8"?>',
    '<opml version="2.0">',
    '  <head>',
    `    <title>${escapeHtml(cleanLine(site.title))}</title>`,
    `    <dateModified>${rfc822(updated)}</dateModified>`,
    `    <ownerName>${escapeHtml(cleanLine(site.author.name))}</ownerName>`,
    '    <docs>http://opml.org/spec2.opml</docs>',
    '  </head>',
    '  <body>',
    ...plans.filter(({ kind }) => kind === 'main').map((plan) => `    ${outline(plan)}`),
    ...groups,
    '  </body>',
    '</opml>',
  ].join('\n')}\n`;
}
