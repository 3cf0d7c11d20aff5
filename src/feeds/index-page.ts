import { cleanLine } from '../kernel/clean-text.ts';
import { escapeHtml } from '../kernel/escape.ts';
import { compareText } from '../posts/post.ts';
import type { FeedSettings, SiteSettings } from '../settings/settings.ts';
import { discoveryLinks } from './discovery-links.ts';
import type { FeedItem } from './feed.ts';
import { nameKey } from './feed-name.ts';
import { documentPath, documentUrl, FORMATS, fileUrl } from './formats.ts';
import { INDEX_CSS } from './index-css.ts';
import { rfc3339 } from './moments.ts';
import { OPML_FILE } from './opml.ts';
import type { FeedKind, FeedPlan } from './plan-feeds.ts';

export const INDEX_FILE = 'index.html';

/** Every page from `renderIndexPage` contains this. It marks the page as ours. */
export const INDEX_MARK = '<meta name="generator" content="Broadsheet">';

export interface IndexPage {
  readonly plans: readonly FeedPlan[];
  readonly site: SiteSettings;
  readonly settings: FeedSettings;
  /** The main feed's newest items, shown as a preview. */
  readonly latest: readonly FeedItem[];
}

const GROUPS: readonly { readonly kind: FeedKind; readonly heading: string }[] = [
  { kind: 'category', heading: 'By category' },
  { kind: 'author', heading: 'By author' },
  { kind: 'tag', heading: 'By tag' },
  { kind: 'language', heading: 'By language' },
];

/**
 * The page for people: it explains feeds, and lists every feed's addresses and the newest articles.
 * It needs no script and no other file. Its own words are English. Text from the site is marked
 * with the site's language.
 */
export function renderIndexPage(page: IndexPage): string {
  const { site, settings, plans } = page;
  const title = escapeHtml(cleanLine(site.title));
  const tagline = escapeHtml(cleanLine(site.description));
  const main = plans.filter(({ kind }) => kind === 'main');
  return `${[
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    INDEX_MARK,
    `<title>${title}: feeds</title>`,
    ...discoveryLinks(main, settings),
    `<style>${INDEX_CSS}</style>`,
    '</head>',
    '<body>',
    '<header>',
    `<h1${languageOf(site)}>${title}</h1>`,
    ...(tagline === '' ? [] : [`<p class="tagline"${languageOf(site)}>${tagline}</p>`]),
    '</header>',
    '<main>',
    ...main.flatMap((plan) => mainFeed(plan, page)),
    ...aboutFeeds(),
    ...latestItems(page),
    ...GROUPS.flatMap(({ kind, heading }) => feedGroup(kind, heading, page)),
    '</main>',
    '<footer>',
    `<p><a href="${escapeHtml(site.url)}">Back to ${title}</a></p>`,
    `<p>All feeds in one file, to import into a reader: <a href="${escapeHtml(fileUrl(settings.publicUrl, OPML_FILE))}">${OPML_FILE}</a>.</p>`,
    '</footer>',
    '</body>',
    '</html>',
  ].join('\n')}\n`;
}

function section(heading: string, ...lines: readonly string[]): string[] {
  return ['<section>', `<h2>${heading}</h2>`, ...lines, '</section>'];
}

function aboutFeeds(): string[] {
  return section(
    'What is a feed?',
    '<p>A list of the newest articles, made for programs that look at it for you. What is new comes to you, from every site you follow, in the order it was published. You need no account here, and give nobody your address.</p>',
    '<ol class="steps">',
    '<li>Get a feed reader. There are many, for every phone and computer, and most cost nothing.</li>',
    '<li>Copy one of the addresses of this page into it. If it asks for a format, any of them will do.</li>',
    '</ol>',
  );
}

function mainFeed(plan: FeedPlan, { settings }: IndexPage): string[] {
  const addresses = settings.formats.map((format) => {
    const url = escapeHtml(documentUrl(settings.publicUrl, plan.path, format));
    const { name, type } = FORMATS[format];
    return `<dt>${name}</dt><dd><a href="${url}" type="${type}"><code>${url}</code></a></dd>`;
  });
  return section(
    'Follow everything',
    `<div class="feed main"><dl class="addresses">${addresses.join('')}</dl></div>`,
  );
}

function latestItems({ latest, site }: IndexPage): string[] {
  if (latest.length === 0) return [];
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: site.timeZone });
  const rows = latest.map(
    ({ url, title, published, language = site.language }) =>
      `<li><a href="${escapeHtml(url)}" lang="${language}">${escapeHtml(title)}</a> ` +
      `<time datetime="${rfc3339(published)}">${day.format(published.epochMilliseconds)}</time></li>`,
  );
  return section('Latest', '<ol class="latest">', ...rows, '</ol>');
}

function feedGroup(
  kind: FeedKind,
  heading: string,
  { plans, site, settings }: IndexPage,
): string[] {
  const members = plans
    .filter((plan) => plan.kind === kind)
    .sort((a, b) => compareText(nameKey(a.name), nameKey(b.name)));
  if (members.length === 0) return [];
  const cards = members.map((plan) => {
    const name = cleanLine(plan.name);
    const title = `<h3${languageOf({ language: plan.language ?? site.language })}>${escapeHtml(name)}</h3>`;
    return `<li class="feed">\n${title}\n${formatLinks(plan, name, settings)}\n</li>`;
  });
  return section(heading, '<ul class="feeds">', ...cards, '</ul>');
}

function formatLinks(plan: FeedPlan, name: string, { formats }: FeedSettings): string {
  const links = formats.map((format) => {
    const href = documentPath(plan.path, format).split('/').map(encodeURIComponent).join('/');
    const label = escapeHtml(`${FORMATS[format].name}: ${name}`);
    const short = FORMATS[format].name.replace(' Feed', '');
    return `<li><a href="${href}" type="${FORMATS[format].type}" aria-label="${label}">${short}</a></li>`;
  });
  return `<ul class="formats">${links.join('')}</ul>`;
}

function languageOf({ language }: { readonly language: string }): string {
  return language === 'en' ? '' : ` lang="${language}"`;
}
