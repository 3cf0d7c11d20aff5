import { createHash } from 'node:crypto';
import { discoveryLinks } from '../../feeds/discovery-links.ts';
import { folderUrl, INDEX_MARK } from '../../feeds/formats.ts';
import { readLogo } from '../../feeds/logo.ts';
import { escapeHtml } from '../../kernel/escape.ts';
import { textDirection } from '../../kernel/text-direction.ts';
import type { Texts } from '../../kernel/texts.ts';
import type { Config } from '../../settings/config.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { fitInto } from '../../templates/open-liquid.ts';
import type { Edition } from '../edition.ts';
import type { ArchivedEdition } from '../queries/archived-editions.ts';
import { archivePath } from './archive-feed.ts';
import { editionPageCss } from './edition-page-css.ts';
import { type PageParts, pageParts } from './page-parts.ts';

/** What the page of an edition is made from, besides the edition itself. */
export interface EditionPlace {
  readonly config: Pick<Config, 'publicUrl' | 'serviceUrl' | 'site' | 'feeds'>;
  readonly newsletter: NewsletterSettings;
  /** In the newsletter's language, or the nearest available one. */
  readonly texts: Texts;
  /** The newsletter's editions in the archive, newest first. */
  readonly editions: readonly Pick<ArchivedEdition, 'id' | 'subject' | 'plannedAt'>[];
  /** The index of the edition in them. */
  readonly at: number;
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

/** Absolute URL of an edition's page. */
export function editionPageUrl({ publicUrl }: Pick<Config, 'publicUrl'>, id: string): string {
  return folderUrl(publicUrl, archivePath(id));
}

/**
 * Renders the web page of an edition: its HTML for the web between links to the site, with the
 * stories that had no room in the mail. It has style attributes, as mails need them, and one style
 * sheet for all else. `cssPath` is the path of the sheet in the archive folder, which changes with
 * its content.
 */
export function renderEditionPage(
  edition: Edition,
  place: EditionPlace,
): { readonly html: string; readonly css: string; readonly cssPath: string } {
  const { newsletter, texts } = place;
  const mail = pageParts(edition.page ?? edition.html);
  const css = `${mail.css}\n${editionPageCss(newsletter.color)}`;
  const cssPath = `styles/${createHash('sha256').update(css).digest('hex').slice(0, 12)}.css`;
  const html = `<!DOCTYPE html>
<html${languageOf(newsletter)}>
${head(edition, place, mail, cssPath)}
<body class="archived">
<header class="archived-frame"${languageOf(texts)}>${top(place)}</header>
<main${mail.attributes}>
${mail.content}
${moreStories(edition, texts)}</main>
<footer class="archived-frame"${languageOf(texts)}>${foot(place)}</footer>
</body>
</html>
`;
  return { html, css, cssPath };
}

/** Describes the page for people, search engines, feed readers and link previews. */
function head(
  { id, subject, preheader }: Edition,
  { config, newsletter, editions, at }: EditionPlace,
  { colorScheme, picture }: PageParts,
  cssPath: string,
): string {
  const url = editionPageUrl(config, id);
  const meta = (kind: 'name' | 'property', name: string, content = '') =>
    content === '' ? [] : [`<meta ${kind}="${name}" content="${escapeHtml(content)}">`];
  return [
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="content-security-policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    ...meta('name', 'color-scheme', colorScheme),
    INDEX_MARK,
    ...(newsletter.archive === 'noindex' ? meta('name', 'robots', 'noindex') : []),
    ...meta('name', 'description', preheader),
    `<title>${escapeHtml(`${subject} · ${newsletter.name}`)}</title>`,
    `<link rel="canonical" href="${escapeHtml(url)}">`,
    ...discoveryLinks([{ path: archivePath(newsletter.id), title: newsletter.name }], config.feeds),
    ...meta('property', 'og:type', 'article'),
    ...meta('property', 'og:title', subject),
    ...meta('property', 'og:description', preheader),
    ...meta('property', 'og:url', url),
    ...(picture === undefined ? [] : [`<meta property="og:image" content="${picture}">`]),
    ...meta('property', 'og:site_name', config.site.title),
    ...meta('property', 'article:published_time', editions[at]?.plannedAt),
    `<link rel="stylesheet" href="../${cssPath}">`,
    '</head>',
  ].join('\n');
}

/** Links to the site, to the other editions, and to sign up if the newsletter is listed. */
function top(place: EditionPlace): string {
  const { newsletter, texts } = place;
  const signUp = signUpUrl(place);
  const links = [
    `<a href="${TOP}">${siteName(place)}</a>`,
    link(`../${newsletter.id}/`, texts.text('site.archive.all')),
    ...(signUp === undefined ? [] : [link(signUp, texts.text('site.archive.sign_up'))]),
  ];
  return navigation(texts.text('site.archive.navigation'), links);
}

/** The logo of the site, or its title. */
function siteName({ config: { site, publicUrl } }: EditionPlace): string {
  const logo = readLogo(site.logo, site.title, publicUrl);
  if (logo === undefined) return escapeHtml(site.title);
  const { width, height } = fitInto(logo, { width: 240, height: 40 });
  const src = escapeHtml(logo.file ? TOP + logo.file.path : logo.url);
  return `<img class="logo" src="${src}" alt="${escapeHtml(logo.alt)}" width="${width}" height="${height}">`;
}

/** Where to sign up; undefined if there is no form for the newsletter. */
function signUpUrl({ config, newsletter }: EditionPlace): string | undefined {
  const { publicUrl, serviceUrl } = config;
  if (!newsletter.listed || serviceUrl === undefined) return undefined;
  return `${serviceUrl === publicUrl ? TOP : serviceUrl}subscribe/${newsletter.id}/`;
}

/** What a web page ends with: how to get the next edition, the editions before and after, the site. */
function foot(place: EditionPlace): string {
  const { config, newsletter, editions, at, texts } = place;
  const signUp = signUpUrl(place);
  const next =
    signUp === undefined
      ? ''
      : `<section class="archived-next" aria-labelledby="archived-next"><h2 id="archived-next">${escapeHtml(texts.text('site.archive.next'))}</h2>${description(newsletter)}<a class="archived-button" href="${escapeHtml(signUp)}">${escapeHtml(texts.text('site.archive.sign_up'))}</a></section>`;
  const neighbours = [
    { edition: editions[at + 1], key: 'site.archive.earlier', rel: 'prev' },
    { edition: editions[at - 1], key: 'site.archive.later', rel: 'next' },
  ].flatMap(({ edition, key, rel }) =>
    edition === undefined
      ? []
      : [
          `<span>${escapeHtml(texts.text(key))}</span><a href="../${edition.id}/" rel="${rel}"${languageOf(newsletter)}>${escapeHtml(edition.subject)}</a>`,
        ],
  );
  const end = [
    link(`../${newsletter.id}/`, texts.text('site.archive.all')),
    link(`${TOP}feeds/`, texts.text('site.navigation.feeds')),
    link(config.site.url, config.site.title),
  ];
  return [
    next,
    neighbours.length === 0
      ? ''
      : `<div class="archived-neighbours">${navigation(texts.text('site.archive.neighbours'), neighbours)}</div>`,
    `<div class="archived-end">${list(end)}</div>`,
  ].join('\n');
}

function description(newsletter: NewsletterSettings): string {
  if (newsletter.description === '') return '';
  return `<p${languageOf(newsletter)}>${escapeHtml(newsletter.description)}</p>`;
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

/** On the page and on each part around the edition: their texts may be in another language. */
function languageOf({ language }: { readonly language: string }): string {
  return ` lang="${escapeHtml(language)}" dir="${textDirection(language)}"`;
}
