import { hash } from 'node:crypto';
import { cleanText } from '../kernel/clean-text.ts';
import type { Problem } from '../kernel/problem.ts';
import { openingHtml, openingParagraph, shorten, splitAtMore } from './excerpt.ts';
import { withoutMarkup } from './front-matter/plain-words.ts';
import { markdownOf } from './generators/site-generators.ts';
import { findPage, isPostFile, markedAddress, sitePath } from './links.ts';
import { plainText } from './markdown/plain-text.ts';
import { renderMarkdown } from './markdown/render-markdown.ts';
import { sanitiseHtml } from './markdown/sanitise-html.ts';
import { type PostSource, withoutClosing } from './parse-post.ts';
import { leadPicture, openTextPictures } from './place-pictures.ts';
import type { Post, RenderedPost } from './post.ts';
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
  const markdown = withoutTitle(cleanText(templates.text), post.title);
  const { features, isMdx, typography, parsesHtml } = markdownOf(file, context);
  const dialect = { features, isMdx, typography };
  const notes = new Set<string>();
  const note = (fact: string) => void notes.add(fact);
  // Footnotes of two posts on one page must not share ids.
  const docId = hash('sha256', file.normalize('NFC'), 'hex').slice(0, 8);
  const linkTo = (target: string) => findPage(target, file, context);
  // The text before the mark may use references from below it.
  const textOf = (name: string) => {
    const text = context.textOf(name, file);
    return text && /\.(?:md|markdown)$/i.test(name) ? templates.included(text, name) : text;
  };
  const scope = { docId, note, linkTo, textOf, parsesHtml };
  const linkToFile = (address: string) => {
    if (!isPostFile(address)) {
      const marked = markedAddress(address, post, context);
      return marked && sitePath(marked.path, context);
    }
    // Pelican's {filename}b.md and |filename|b.md.
    const named = address.replace(/^(?:\{|%7B|\||%7C)filename(?:\}|%7D|\||%7C)/i, '');
    const [, path = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(named) ?? [];
    const page = linkTo(path);
    if (page === undefined) note(`links to "${path.slice(0, 80)}", which is no post`);
    return page && page + rest;
  };
  const pictures = openTextPictures(post, source, context);
  const isHtml = /\.html?$/i.test(file);
  const ofMarkdown = (part: string) => (isHtml ? part : renderMarkdown(part, scope, dialect));
  const toHtml = (part: string) => {
    const raw = templates.show(ofMarkdown(part), (inner) => ofMarkdown(cleanText(inner)));
    return sanitiseHtml(raw, url, context.settings.iframesFrom, {
      ...{ note, linkTo: linkToFile, pictureAt: pictures.addressOf },
    });
  };

  const html = toHtml(markdown);
  const opening = splitAtMore(markdown, source.frontMatter);
  const excerpt =
    post.excerpt ||
    (opening === undefined ? '' : plainText(openingHtml(toHtml(opening)))) ||
    shorten(firstWords(html), LONGEST_EXCERPT) ||
    post.title;
  const { image, reason } = leadPicture(post, context);
  const problems = [reason, localAddress(html)]
    .filter((message) => message !== undefined)
    .map((message) => ({ file, line: 1, message }));
  const left = [...notes].map((message) => ({ file, line: source.bodyLine, message }));
  const all = [...templates.warnings(), ...left, ...pictures.warnings(), ...problems];
  return { rendered: { post, html, excerpt, image }, warnings: all };
}

/** Markdown without a first heading that only repeats the title. */
function withoutTitle(text: string, title: string): string {
  const [all, heading = ''] = /^\s*# +(\S[^\n]*)(?:\n|$)/.exec(text) ?? [];
  const isTitle = all !== undefined && withoutMarkup(withoutClosing(heading)) === title;
  return isTitle ? text.slice(all.length) : text;
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
