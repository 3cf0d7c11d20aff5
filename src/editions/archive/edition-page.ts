import { createHash } from 'node:crypto';
import { documentUrl, FORMATS, folderUrl } from '../../feeds/formats.ts';
import { INDEX_MARK } from '../../feeds/index-page.ts';
import { escapeHtml } from '../../kernel/escape.ts';
import { textDirection } from '../../kernel/text-direction.ts';
import type { Texts } from '../../kernel/texts.ts';
import type { Config } from '../../settings/config.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import type { Edition } from '../edition.ts';
import type { ArchivedEdition } from '../queries/archived-editions.ts';
import { archivePath } from './archive-feed.ts';
import { EDITION_PAGE_CSS } from './edition-page-css.ts';
import { type PageParts, pageParts } from './page-parts.ts';

/** A feed that a page links to for discovery. */
export interface FeedLink {
  /** Media type. */
  readonly type: string;
  readonly title: string;
  /** Absolute URL. */
  readonly url: string;
}

/** What the page of an edition shows besides the edition itself. */
export interface EditionSurroundings {
  /** ISO 8601 instant when it was sent. */
  readonly plannedAt: string;
  readonly newsletter: NewsletterSettings;
  readonly siteTitle: string;
  /** Absolute URL of the page. */
  readonly url: string;
  /**
   * Where people sign up, ends with `/`: a URL, or a path relative to the page. Absent if they
   * cannot sign up.
   */
  readonly service?: string | undefined;
  /** The edition before this one. */
  readonly earlier?: Neighbour | undefined;
  readonly later?: Neighbour | undefined;
  readonly feeds: readonly FeedLink[];
  /** In the newsletter's language, or the nearest available one. */
  readonly texts: Texts;
}

type Neighbour = Pick<Edition, 'id' | 'subject'>;

/** A page and its style sheet. */
export interface EditionPage {
  readonly html: string;
  readonly css: string;
  /** Path of the style sheet in the archive folder. Its name changes with its content. */
  readonly cssPath: string;
}

/** Path from an edition's page to the top of the published folder. */
const TOP = '../../';

/**
 * Content-Security-Policy of the page, for any web server: nothing in it runs, loads another page
 * or sends a form. Posts cannot write HTML into a digest, but a publisher's template can.
 */
const POLICY = ['script-src', 'frame-src', 'object-src', 'form-action', 'base-uri']
  .map((directive) => `${directive} 'none'`)
  .join('; ');

/** What the page of the edition at index `at` of a newsletter's `editions`, newest first, shows. */
export function surroundingsOf(
  { publicUrl, serviceUrl, site, feeds }: Config,
  newsletter: NewsletterSettings,
  editions: readonly ArchivedEdition[],
  at: number,
  texts: Texts,
): EditionSurroundings {
  const { id = '', plannedAt = '' } = editions[at] ?? {};
  return {
    newsletter,
    plannedAt,
    siteTitle: site.title,
    url: folderUrl(publicUrl, archivePath(id)),
    service: serviceUrl === publicUrl ? TOP : serviceUrl,
    earlier: editions[at + 1],
    later: editions[at - 1],
    feeds: feeds.formats.map((format) => ({
      type: FORMATS[format].type,
      title: `${newsletter.name} (${FORMATS[format].name})`,
      url: documentUrl(publicUrl, archivePath(newsletter.id), format),
    })),
    texts,
  };
}

/**
 * Renders the web page of an edition: its HTML for the web between links to the site, with the
 * stories that had no room in the mail. It has style attributes, as mails need them, and one style
 * sheet for all else.
 */
export function renderEditionPage(edition: Edition, around: EditionSurroundings): EditionPage {
  const { newsletter, texts } = around;
  const { language } = newsletter;
  const mail = pageParts(edition.page ?? edition.html);
  const css = `${mail.css}\n${EDITION_PAGE_CSS}`;
  const cssPath = `styles/${createHash('sha256').update(css).digest('hex').slice(0, 12)}.css`;
  const html = `<!DOCTYPE html>
<html lang="${escapeHtml(language)}" dir="${textDirection(language)}">
${head(edition, around, mail, cssPath)}
<body class="archived">
<header class="archived-frame"${languageOf(texts)}>${top(around)}</header>
<main${mail.attributes}>
${mail.content}
${moreStories(edition, texts)}</main>
<footer class="archived-frame"${languageOf(texts)}>${foot(around)}</footer>
</body>
</html>
`;
  return { html, css, cssPath };
}

/** Describes the page for people, search engines, feed readers and link previews. */
function head(
  edition: Edition,
  { newsletter, plannedAt, siteTitle, url, feeds }: EditionSurroundings,
  { colorScheme, picture }: PageParts,
  cssPath: string,
): string {
  const named = (name: string, content = '') =>
    content === '' ? '' : `<meta name="${name}" content="${escapeHtml(content)}">`;
  const property = (name: string, content: string) =>
    content === '' ? '' : `<meta property="${name}" content="${escapeHtml(content)}">`;
  return [
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="content-security-policy" content="${POLICY}">`,
    named('viewport', 'width=device-width, initial-scale=1'),
    named('color-scheme', colorScheme),
    INDEX_MARK,
    named('robots', newsletter.archive === 'noindex' ? 'noindex' : ''),
    named('description', edition.preheader),
    `<title>${escapeHtml(`${edition.subject} · ${newsletter.name}`)}</title>`,
    `<link rel="canonical" href="${escapeHtml(url)}">`,
    ...feeds.map(
      ({ type, title, url: href }) =>
        `<link rel="alternate" type="${type}" title="${escapeHtml(title)}" href="${escapeHtml(href)}">`,
    ),
    property('og:type', 'article'),
    property('og:title', edition.subject),
    property('og:description', edition.preheader),
    property('og:url', url),
    picture === undefined ? '' : `<meta property="og:image" content="${picture}">`,
    property('og:site_name', siteTitle),
    property('article:published_time', plannedAt),
    `<link rel="stylesheet" href="../${cssPath}">`,
    '</head>',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** Links to the site, to the other editions, and to sign up if the newsletter is listed. */
function top({ newsletter, siteTitle, service, texts }: EditionSurroundings): string {
  const links = [
    link(TOP, siteTitle),
    link(`../${newsletter.id}/`, texts.text('site.archive.all')),
  ];
  if (newsletter.listed && service !== undefined) {
    links.push(link(`${service}subscribe/${newsletter.id}/`, texts.text('site.archive.sign_up')));
  }
  return navigation(texts.text('site.archive.navigation'), links);
}

/** Links to the editions before and after. */
function foot({ earlier, later, texts }: EditionSurroundings): string {
  const neighbour = (edition: Neighbour | undefined, key: string, rel: string) =>
    edition === undefined
      ? []
      : [link(`../${edition.id}/`, texts.text(key, { subject: edition.subject }), rel)];
  const links = [
    ...neighbour(earlier, 'site.archive.earlier', 'prev'),
    ...neighbour(later, 'site.archive.later', 'next'),
  ];
  return links.length === 0 ? '' : navigation(texts.text('site.archive.neighbours'), links);
}

/** The stories that the mail only counts. */
function moreStories({ posts }: Edition, texts: Texts): string {
  const stories = posts.filter(({ role }) => role === 'web');
  if (stories.length === 0) return '';
  const heading = `<h2${languageOf(texts)}>${escapeHtml(texts.text('site.archive.more'))}</h2>`;
  const links = stories.map(({ url, title }) => link(url, title));
  return `<section class="archived-more">${heading}${list(links)}</section>\n`;
}

function navigation(label: string, links: readonly string[]): string {
  return `<nav aria-label="${escapeHtml(label)}">${list(links)}</nav>`;
}

function list(items: readonly string[]): string {
  return `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
}

function link(href: string, text: string, rel?: string): string {
  const relation = rel === undefined ? '' : ` rel="${rel}"`;
  return `<a href="${escapeHtml(href)}"${relation}>${escapeHtml(text)}</a>`;
}

/** Set on each element: the texts may be in another language than the edition. */
function languageOf({ language }: Texts): string {
  return ` lang="${escapeHtml(language)}" dir="${textDirection(language)}"`;
}
