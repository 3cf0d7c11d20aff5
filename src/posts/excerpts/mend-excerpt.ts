import { startOf } from '../../kernel/clean-text.ts';

/** What may end a sentence or a phrase that is whole; letters, digits, commas and hyphens may not. */
const WHOLE = /[^\p{L}\p{M}\p{N}\s,;:\-–—(&/'’]$/u;
const ELLIPSIS = /\s*(?:\.{3,}|…|\[(?:\.{3}|…)\])$/;
const WORD_CHARACTER = /[\p{L}\p{M}\p{N}'’_-]/u;
/** Scripts that put no spaces between words. */
const WITHOUT_SPACES =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]$/u;
/** Excerpts that a program cut have at least so many characters; a person's phrase is shorter. */
const SHORTEST_CUT = 140;
const TAIL = 24;
const LONGEST_WORD = 60;

/**
 * An excerpt that a program cut in the middle of a word or a sentence, mended: it ends with a whole
 * word and an ellipsis. The body tells how the text goes on; where it does not have the excerpt,
 * only a long one without an end is taken for cut. Any other excerpt is given back as it is.
 */
export function mendExcerpt(excerpt: string, body: string): string {
  const text = excerpt.replace(ELLIPSIS, '');
  const hadEllipsis = text !== excerpt;
  if (text === '' || (!hadEllipsis && WHOLE.test(text))) return excerpt;
  const next = characterAfter(text, body);
  if (next === undefined) {
    if (hadEllipsis) return `${text}…`;
    return text.length < SHORTEST_CUT ? excerpt : `${withoutLastWord(text)}…`;
  }
  if (next === '') return excerpt;
  return WORD_CHARACTER.test(next) ? `${withoutLastWord(text)}…` : `${trimEnd(text)}…`;
}

/** What follows the excerpt's end in the body: a character, `''` at the end of a paragraph. */
function characterAfter(text: string, body: string): string | undefined {
  const tail = text.slice(-TAIL);
  const at = body.indexOf(tail);
  if (at === -1 || tail.length < 8) return undefined;
  const rest = body.slice(at + tail.length, at + tail.length + 4);
  if (rest === '' || /^\s*\n\s*\n/.test(rest) || /^\s*$/.test(rest)) return '';
  return rest[0];
}

/** Up to `limit` characters of `text`, ending with a whole word and an ellipsis where it is cut. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const cut = startOf(text, limit - 1);
  const inWord = WORD_CHARACTER.test(text[limit - 1] ?? '');
  return `${inWord ? withoutLastWord(cut) : trimEnd(cut)}…`;
}

function withoutLastWord(text: string): string {
  if (WITHOUT_SPACES.test(text)) return trimEnd(text);
  const space = text.search(/\s\S*$/);
  // A "word" this long is an address, or a script that puts no spaces: cut it where it is.
  return trimEnd(space < 1 || text.length - space > LONGEST_WORD ? text : text.slice(0, space));
}

function trimEnd(text: string): string {
  return text.replace(/[\s,;:\-–—(&/'’"“‘]+$/u, '');
}
