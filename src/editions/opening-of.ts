import { compile } from 'html-to-text';
import type { RenderedPost } from '../model/post.ts';
import { shorten } from './shorten.ts';

const paragraphsOf = compile({
  wordwrap: false,
  baseElements: { selectors: ['p'], orderBy: 'occurrence', returnDomByDefault: false },
  selectors: [
    { selector: 'a', options: { ignoreHref: true } },
    { selector: 'img', format: 'skip' },
    { selector: 'sup', format: 'skip' },
    { selector: 'p', options: { leadingLineBreaks: 2, trailingLineBreaks: 2 } },
  ],
  limits: { maxDepth: 64 },
});

// Far more than any opening needs, and little to read.
const HTML_LENGTH = 100_000;

/**
 * How a story begins, as paragraphs of plain text with about `limit` characters in all: the
 * post's excerpt, when it says something of its own, then the first paragraphs of the body.
 */
export function openingOf(rendered: RenderedPost, limit: number, language: string): string[] {
  const excerpt = rendered.excerpt.replace(/\s+/g, ' ').trim();
  const body = paragraphsOf(rendered.html.slice(0, HTML_LENGTH))
    .split(/\n{2,}/)
    .map((text) => text.replace(/\s+/g, ' ').trim())
    .filter((text) => text !== '');
  const paragraphs = repeats(excerpt, body) ? body : [excerpt, ...body];
  const opening: string[] = [];
  let room = limit;
  for (const paragraph of paragraphs) {
    // A paragraph that would end after a few words is left to the page.
    if (opening.length > 0 && paragraph.length > room && room < 120) break;
    const text = shorten(paragraph, room, language);
    if (text !== '') opening.push(text);
    room -= text.length;
    if (room <= 0 || text.length < paragraph.length) break;
  }
  return opening;
}

/** Whether the body starts with the excerpt, but for the end at which it was cut. */
function repeats(excerpt: string, body: readonly string[]): boolean {
  if (body.length === 0) return false;
  const start = fold(excerpt).slice(0, 60).trimEnd();
  return fold(body.join(' ')).startsWith(start);
}

function fold(text: string): string {
  return text
    .replace(/(…|\.\.\.)$/u, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}
