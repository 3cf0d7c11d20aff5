import { hash } from 'node:crypto';
import { cleanText } from '../kernel/clean-text.ts';
import type { Problem } from '../kernel/problem.ts';
import { shorten } from './excerpt.ts';
import { splitAtMore } from './excerpts/split-at-more.ts';
import { bodyBelowTitle } from './front-matter/title-of.ts';
import { tooMuchHtml } from './markdown/html-limits.ts';
import { firstParagraph, plainText } from './markdown/plain-text.ts';
import { renderImage } from './markdown/render-image.ts';
import { renderMarkdown } from './markdown/render-markdown.ts';
import { sanitiser } from './markdown/sanitise-html.ts';
import { openMarkdownInHtml, stripKramdown } from './markdown/strip-kramdown.ts';
import type { PostSource } from './parse-post.ts';
import type { Post, RenderedPost } from './post.ts';
import type { RenderContext } from './render-context.ts';
import { renderTemplates } from './templates/render-templates.ts';

/** Longest excerpt taken from a first paragraph, in characters. */
const LONGEST_EXCERPT = 600;

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
): { readonly rendered: RenderedPost; readonly warnings: readonly Problem[] } {
  const body = bodyBelowTitle({ fields: source.frontMatter, body: source.body });
  const templates = renderTemplates(post, { ...source, body }, context);
  const markdown = cleanText(
    openMarkdownInHtml(stripKramdown(withoutImports(post, templates.text))),
  );
  const sanitise = sanitiserFor(context.settings.iframesFrom);
  // Footnotes of two posts on one page must not share ids.
  const scope = { docId: hash('sha256', post.file.normalize('NFC'), 'hex').slice(0, 8) };
  const toHtml = (text: string) => {
    const raw = refuseTooMuch(isHtml(post) ? text : renderMarkdown(text, scope));
    return refuseTooMuch(sanitise(raw, post.url));
  };

  const html = toHtml(markdown);
  const opening = splitAtMore(markdown, source.frontMatter);
  const excerpt =
    post.excerpt ||
    (opening === undefined ? '' : plainText(toHtml(opening))) ||
    shorten(firstParagraph(html) ?? plainText(html), LONGEST_EXCERPT) ||
    post.title;
  const picture = renderImage(post, context);
  const warnings = [...templates.warnings];
  if (picture !== undefined && 'reason' in picture) {
    warnings.push({ file: post.file, line: 1, message: picture.reason });
  }
  const image = picture !== undefined && 'image' in picture ? { image: picture.image } : {};
  return { rendered: { post, html, excerpt, ...image }, warnings };
}

function refuseTooMuch(html: string): string {
  const reason = tooMuchHtml(html);
  if (reason !== undefined) throw new RangeError(reason);
  return html;
}

/** A sanitiser is slow to make. The settings object is the same for the whole run. */
const sanitisers = new WeakMap<readonly string[], ReturnType<typeof sanitiser>>();

function sanitiserFor(iframesFrom: readonly string[]): ReturnType<typeof sanitiser> {
  const known = sanitisers.get(iframesFrom) ?? sanitiser(iframesFrom);
  sanitisers.set(iframesFrom, known);
  return known;
}

function isHtml({ file }: Post): boolean {
  return /\.html?$/i.test(file);
}

/** MDX (Astro): removes lines that import components. Unknown tags are removed elsewhere. */
function withoutImports({ file }: Post, text: string): string {
  if (!file.endsWith('.mdx')) return text;
  const bare = text.replace(/^(?:import|export) .*$/gm, '');
  // After the last comment end, the regex would search from each comment start to the end of the
  // text.
  const end = bare.lastIndexOf('*/}') + '*/}'.length;
  return bare.slice(0, end).replace(/\{\/\*[\s\S]*?\*\/\}/g, '') + bare.slice(end);
}
