import { hash } from 'node:crypto';
import { posix } from 'node:path';
import { cleanText } from '../kernel/clean-text.ts';
import type { Problem } from '../kernel/problem.ts';
import { openingHtml, openingParagraph, shorten, splitAtMore } from './excerpt.ts';
import { waysOf } from './generators/site-generators.ts';
import { findPage, isPostFile } from './links.ts';
import { absoluteUrl } from './markdown/absolute-url.ts';
import { plainText } from './markdown/plain-text.ts';
import { renderMarkdown } from './markdown/render-markdown.ts';
import { sanitiseHtml } from './markdown/sanitise-html.ts';
import type { PostSource } from './parse-post.ts';
import type { Image, Post, RenderedPost } from './post.ts';
import type { RenderContext } from './post-context.ts';
import { renderTemplates } from './templates/render-templates.ts';

/** Longest excerpt taken from a first paragraph, in characters. */
const LONGEST_EXCERPT = 600;

/** A post as readers see it, and its warnings, which they do not see. */
export interface RenderedWithWarnings {
  readonly rendered: RenderedPost;
  readonly warnings: readonly Problem[];
}

/**
 * Returns the post's body as sanitised HTML with absolute addresses, its excerpt and its image. The
 * excerpt is that of the front matter, else the text before `<!--more-->`, else the first
 * paragraph. Content that cannot be shown is left out and reported. Throws an Error if the text is
 * too much for any reader (`tooMuchHtml`).
 */
export function renderPost(
  post: Post,
  source: PostSource,
  context: RenderContext,
): RenderedWithWarnings {
  const { file, url } = post;
  const templates = renderTemplates(post, source, context);
  const markdown = cleanText(templates.text);
  const { features } = waysOf(context.settings.generator).markdown;
  const dialect = { features, isMdx: /\.mdx$/i.test(file) };
  const notes = new Set<string>();
  const note = (fact: string) => void notes.add(fact);
  // Footnotes of two posts on one page must not share ids.
  const docId = hash('sha256', file.normalize('NFC'), 'hex').slice(0, 8);
  const linkTo = (target: string) => findPage(target, file, context);
  // The text before the mark may use references from below it.
  const scope = { docId, note, linkTo };
  const linkToFile = (address: string) => {
    if (!isPostFile(address)) return undefined;
    const [, path = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(address) ?? [];
    const page = linkTo(path);
    if (page === undefined) note(`links to "${path.slice(0, 80)}", which is no post`);
    return page && page + rest;
  };
  const isHtml = /\.html?$/i.test(file);
  const ofMarkdown = (part: string) => (isHtml ? part : renderMarkdown(part, scope, dialect));
  const toHtml = (part: string) => {
    const raw = templates.show(ofMarkdown(part), (inner) => ofMarkdown(cleanText(inner)));
    return sanitiseHtml(raw, url, context.settings.iframesFrom, { note, linkTo: linkToFile });
  };

  const html = toHtml(markdown);
  const opening = splitAtMore(markdown, source.frontMatter);
  const excerpt =
    post.excerpt ||
    (opening === undefined ? '' : plainText(openingHtml(toHtml(opening)))) ||
    shorten(firstWords(html), LONGEST_EXCERPT) ||
    post.title;
  const { image, reason } = imageOf(post, context);
  const problems = [reason, localAddress(html)]
    .filter((message) => message !== undefined)
    .map((message) => ({ file, line: 1, message }));
  const left = [...notes].map((message) => ({ file, line: source.bodyLine, message }));
  const all = [...templates.warnings(), ...left, ...problems];
  return { rendered: { post, html, excerpt, image }, warnings: all };
}

/** Addresses of the author's own machine, in sanitised HTML. */
const LOCAL =
  /\s(?:href|src|poster)="(https?:\/\/(?:localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1\]|[\w.-]+\.local(?:host)?)(?::\d+)?)(?=[/"?#])/;

/** What to do about an address that only works on the author's machine. */
function localAddress(html: string): string | undefined {
  const [, origin] = LOCAL.exec(html) ?? [];
  if (origin === undefined) return undefined;
  return `leads to "${origin}", which is on the author's own machine; write the path alone, such as /news/title/`;
}

function firstWords(html: string): string {
  const opening = openingHtml(html);
  return plainText(openingParagraph(opening) ?? opening);
}

/**
 * The picture that the front matter names, and the facts of its file if the file exists: beside the post if
 * that has a folder of its own, else from the site's root. Returns a reason if its address is not known, or
 * if a reader could not fetch it.
 */
function imageOf(
  post: Post,
  { site, settings, imageFacts, factsInPosts }: RenderContext,
): { readonly image?: Image; readonly reason?: string } {
  if (post.image === undefined) return {};
  const { source, alt, isRelative } = post.image;
  const wrong = (fact: string) => ({ reason: `image "${source.slice(0, 80)}" ${fact}` });
  const isAddress = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(source);
  const isFromRoot = /^[/\\]/.test(source);
  const beside = isAddress || isFromRoot ? undefined : pathBeside(post.file, source);
  const facts = beside === undefined ? undefined : factsInPosts(beside);
  const { renamesPictures } = waysOf(settings.generator);
  if (beside !== undefined && renamesPictures !== undefined) {
    return wrong(
      `is renamed by ${renamesPictures} when it makes the site, so that its address is not known; put it into the folder of public files, and write its path from the root`,
    );
  }
  if (!isAddress && !isFromRoot && (isRelative || (facts && isBundle(post.file)))) {
    const url = absoluteUrl(source, post.url, 'fetched');
    if (url === undefined) return wrong('is no web address; write its path');
    return facts === undefined
      ? { image: { url, alt, isMissing: true }, ...wrong(NOT_FOUND) }
      : { image: { url, alt, ...facts } };
  }
  if (!isAddress && leavesSite(source)) {
    return wrong('leaves the site by ".."; write its path from the root');
  }
  const { pathname } = new URL(site.url);
  const ownPath = source.startsWith(pathname)
    ? source.slice(pathname.length)
    : source.replace(/^[/\\]+/, '');
  const url = absoluteUrl(isAddress ? source : `./${ownPath}`, site.url, 'fetched');
  if (url === undefined) return wrong('is no web address; write its path from the root');
  if (!url.startsWith(site.url)) return { image: { url, alt } };
  const path = `/${url.slice(site.url.length).replace(/[?#].*$/, '')}`;
  const ofSite = imageFacts(decoded(path));
  return ofSite === undefined
    ? { image: { url, alt, isMissing: true }, ...wrong(NOT_FOUND) }
    : { image: { url, alt, ...ofSite } };
}

const NOT_FOUND =
  'is on no disk, so mails are without it; correct its path, or posts.siteRoot, or put the file there';

/** Whether the post has a folder of its own, for its pictures: `title/index.md`. */
function isBundle(file: string): boolean {
  return /(?:^|\/)index\.[^/]+$/.test(file);
}

/** The path in the posts folder of `source` beside `file`; undefined if it leaves the folder. */
function pathBeside(file: string, source: string): string | undefined {
  const [path = ''] = source.split(/[?#]/, 1);
  const joined = posix.join(posix.dirname(file), decoded(path.replaceAll('\\', '/')));
  return joined.startsWith('../') ? undefined : joined;
}

function leavesSite(source: string): boolean {
  const [path = ''] = decoded(source).split(/[?#]/, 1);
  let depth = 0;
  for (const segment of path.split(/[/\\]+/)) {
    if (segment === '..') depth--;
    else if (segment !== '' && segment !== '.') depth++;
    if (depth < 0) return true;
  }
  return false;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
