import { foldSpace } from '../../kernel/clean-text.ts';
import type { RenderedPost } from '../../posts/post.ts';
import { type Block, blocksOf, cutRuns, textOf } from './opening-blocks.ts';
import { shorten } from './shorten.ts';

// Far more than any opening needs, and still fast to parse.
const HTML_LENGTH = 100_000;

// A paragraph that would be cut to fewer characters is left out.
const STUMP_LENGTH = 120;

/** The beginning of a story. */
export interface Opening {
  /** The post's excerpt. Null if it only repeats the body. */
  readonly standfirst: string | null;
  /** The start of the body: its paragraphs, quotes and lists. Empty if it has none. */
  readonly blocks: readonly Block[];
}

/**
 * The post's excerpt, as plain text, and the first blocks of its body, in total at most `limit` characters.
 * Leaves out an excerpt that only repeats the start of the body, because it may be cut anywhere.
 */
export function openingOf(rendered: RenderedPost, limit: number, language: string): Opening {
  const excerpt = foldSpace(rendered.excerpt);
  const body = blocksOf(rendered.html.slice(0, HTML_LENGTH));
  if (excerpt === '' || repeats(excerpt, body)) {
    return { standfirst: null, blocks: beginning(body, limit, language) };
  }
  const standfirst = shorten(excerpt, limit, language);
  const room = limit - standfirst.length;
  return { standfirst, blocks: room < STUMP_LENGTH ? [] : beginning(body, room, language) };
}

function beginning(blocks: readonly Block[], limit: number, language: string): Block[] {
  const taken: Block[] = [];
  let room = limit;
  for (const block of blocks) {
    const whole = textOf(block.runs);
    if (taken.length > 0 && whole.length > room && room < STUMP_LENGTH) break;
    const text = shorten(whole, room, language);
    taken.push({ ...block, runs: cutRuns(block.runs, text) });
    room -= text.length;
    if (room <= 0 || text.length < whole.length) break;
  }
  return taken;
}

/** Whether the body starts with the excerpt, except for the end where it was cut. */
function repeats(excerpt: string, body: readonly Block[]): boolean {
  const start = fold(excerpt).slice(0, 60).trimEnd();
  const startsWith = (blocks: readonly Block[]) =>
    fold(blocks.map(({ runs }) => textOf(runs)).join(' ')).startsWith(start);
  // An excerpt may be made from the first paragraph, below a list.
  return startsWith(body) || startsWith(body.filter(({ kind }) => kind !== 'list'));
}

function fold(text: string): string {
  return text
    .replace(/(…|\.\.\.)$/u, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}
