import { hash } from 'node:crypto';
import { cleanText } from '../kernel/clean-text.ts';
import type { Problem } from '../kernel/problem.ts';
import { shorten, splitAtMore } from './excerpt.ts';
import { waysOf } from './generators/site-generators.ts';
import { findPage, isPostFile } from './links.ts';
import { absoluteUrl } from './markdown/absolute-url.ts';
import { firstParagraph, plainText } from './markdown/plain-text.ts';
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
  const markdown = cleanText(text);
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
  const toHtml = (part: string) => {
    const raw = /\.html?$/i.test(file) ? part : renderMarkdown(part, scope, dialect);
    return sanitiseHtml(raw, url, context.settings.iframesFrom, { note, linkTo: linkToFile });
  };

  const html = toHtml(markdown);
  const opening = splitAtMore(markdown, source.frontMatter);
  const excerpt =
    post.excerpt ||
    (opening === undefined ? '' : plainText(toHtml(opening))) ||
    shorten(firstParagraph(html) ?? plainText(html), LONGEST_EXCERPT) ||
    post.title;
  const { image, reason } = imageOf(post, context);
  const problem = reason === undefined ? [] : [{ file, line: 1, message: reason }];
  const left = [...notes].map((message) => ({ file, line: source.bodyLine, message }));
  return { rendered: { post, html, excerpt, image }, warnings: [...warnings, ...left, ...problem] };
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
