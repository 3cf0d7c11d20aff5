import { cleanLine } from '../kernel/clean-text.ts';
import { escapeHtml } from '../kernel/escape.ts';
import type { FeedFormat, FeedSettings, SiteSettings } from '../settings/settings.ts';
import { documentUrl } from './formats.ts';
import { rfc822 } from './moments.ts';
import type { FeedKind, FeedPlan } from './plan-feeds.ts';

export const OPML_FILE = 'feeds.opml';

const GROUPS: readonly { readonly kind: FeedKind; readonly title: string }[] = [
  { kind: 'category', title: 'Categories' },
  { kind: 'author', title: 'Authors' },
  { kind: 'tag', title: 'Tags' },
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
  const main = plans.filter(({ kind }) => kind === 'main');
  const groups = GROUPS.flatMap(({ kind, title }) => {
    const members = plans.filter((plan) => plan.kind === kind);
    if (members.length === 0) return [];
    const outlines = members.map((plan) => `      ${outline(plan, site, settings, format)}`);
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
    ...main.map((plan) => `    ${outline(plan, site, settings, format)}`),
    ...groups,
    '  </body>',
    '</opml>',
  ].join('\n')}\n`;
}

function outline(
  plan: FeedPlan,
  site: SiteSettings,
  settings: FeedSettings,
  format: FeedFormat,
): string {
  const title = cleanLine(plan.title);
  const attributes = Object.entries({
    type: 'rss',
    text: title,
    title,
    xmlUrl: documentUrl(settings.publicUrl, plan.path, format),
    htmlUrl: site.url,
    language: site.language,
    ...(format === 'rss' ? { version: 'RSS2' } : {}),
  }).map(([name, value]) => `${name}="${escapeHtml(value)}"`);
  return `<outline ${attributes.join(' ')}/>`;
}
