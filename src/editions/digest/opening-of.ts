import { compile } from 'html-to-text';
import { foldSpace } from '../../kernel/clean-text.ts';
import type { RenderedPost } from '../../posts/post.ts';
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

// Far more than any opening needs, and still fast to parse.
const HTML_LENGTH = 100_000;

// A paragraph that would be cut to fewer characters is left out.
const STUMP_LENGTH = 120;

/** The beginning of a story, as plain text. */
export interface Opening {
  /** The post's excerpt. Null if it only repeats the body. */
  readonly standfirst: string | null;
  /** The start of the body. Empty if the body has no paragraph. */
  readonly paragraphs: readonly string[];
}

/**
 * The post's excerpt and the first paragraphs of its body, in total at most `limit` characters.
 * Leaves out an excerpt that only repeats the start of the body, because it may be cut anywhere.
 */
export function openingOf(rendered: RenderedPost, limit: number, language: string): Opening {
  const excerpt = foldSpace(rendered.excerpt);
  const body = paragraphsOf(rendered.html.slice(0, HTML_LENGTH))
    .split(/\n{2,}/)
    .map(foldSpace)
    .filter((text) => text !== '');
  if (excerpt === '' || repeats(excerpt, body)) {
    return { standfirst: null, paragraphs: beginning(body, limit, language) };
  }
  const standfirst = shorten(excerpt, limit, language);
  const room = limit - standfirst.length;
  return { standfirst, paragraphs: room < STUMP_LENGTH ? [] : beginning(body, room, language) };
}

function beginning(paragraphs: readonly string[], limit: number, language: string): string[] {
  const taken: string[] = [];
  let room = limit;
  for (const paragraph of paragraphs) {
    if (taken.length > 0 && paragraph.length > room && room < STUMP_LENGTH) break;
    const text = shorten(paragraph, room, language);
    taken.push(text);
    room -= text.length;
    if (room <= 0 || text.length < paragraph.length) break;
  }
  return taken;
}

/** Whether the body starts with the excerpt, except for the end where it was cut. */
function repeats(excerpt: string, body: readonly string[]): boolean {
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
