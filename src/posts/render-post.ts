import { hash } from 'node:crypto';
import { cleanText } from '../kernel/clean-text.ts';
import type { Problem } from '../kernel/problem.ts';
import { openingHtml, openingParagraph, shorten, splitAtMore } from './excerpt.ts';
import { waysOf } from './generators/site-generators.ts';
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
  const { text, warnings } = renderTemplates(post, source, context);
  const markdown = cleanText(waysOf(context.settings.generator).toCommonMark(text, file));
  // Footnotes of two posts on one page must not share ids.
  const scope = { docId: hash('sha256', file.normalize('NFC'), 'hex').slice(0, 8) };
  const toHtml = (part: string) => {
    const raw = /\.html?$/i.test(file) ? part : renderMarkdown(part, scope);
    return sanitiseHtml(raw, url, context.settings.iframesFrom);
  };

  const html = toHtml(markdown);
  const opening = splitAtMore(markdown, source.frontMatter);
  const excerpt =
    post.excerpt ||
    (opening === undefined ? '' : plainText(openingHtml(toHtml(opening)))) ||
    shorten(firstWords(html), LONGEST_EXCERPT) ||
    post.title;
  const { image, reason } = imageOf(post, context);
  const problem = reason === undefined ? [] : [{ file, line: 1, message: reason }];
  return { rendered: { post, html, excerpt, image }, warnings: [...warnings, ...problem] };
}

function firstWords(html: string): string {
  const opening = openingHtml(html);
  return plainText(openingParagraph(opening) ?? opening);
}

/**
 * The picture that the front matter names, with its path resolved from the site's root, and the
 * facts of its file if the file exists. Returns a reason if the path leaves the site with `..`, or
 * if a reader could not fetch the address.
 */
function imageOf(
  { image: named }: Post,
  { site, imageFacts }: RenderContext,
): { readonly image?: Image; readonly reason?: string } {
  if (named === undefined) return {};
  const { source, alt } = named;
  const wrong = (fact: string) => ({
    reason: `image "${source.slice(0, 80)}" ${fact}; write its path from the root`,
  });
  const isAddress = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(source);
  if (!isAddress && leavesSite(source)) return wrong('leaves the site by ".."');
  const { pathname } = new URL(site.url);
  const ownPath = source.startsWith(pathname)
    ? source.slice(pathname.length)
    : source.replace(/^[/\\]+/, '');
  const url = absoluteUrl(isAddress ? source : `./${ownPath}`, site.url, 'fetched');
  if (url === undefined) return wrong('is no web address');
  const path = `/${url.slice(site.url.length).replace(/[?#].*$/, '')}`;
  const facts = url.startsWith(site.url) ? imageFacts(decoded(path)) : undefined;
  return { image: { url, alt, ...facts } };
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
