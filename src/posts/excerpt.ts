import { cleanLine, startOf } from '../kernel/clean-text.ts';
import { type Fields, textField } from './front-matter/fields.ts';
import { withoutMarkup } from './front-matter/plain-words.ts';
import { plainText } from './markdown/plain-text.ts';

const MORE = /<!--\s*more\s*-->|\{\/\*\s*more\s*\*\/\}/i;

/** The longest excerpt. Also limits the time that a hostile one can take. */
const LONGEST = 2000;

/** Characters that can end a whole sentence or phrase. Letters, digits and commas can not. */
const WHOLE = /[^\p{L}\p{M}\p{N}\s,;:\-–—(&/'’]$/u;
const ELLIPSIS = /\s*(?:\.{3,}|…|\[(?:\.{3}|…)\])$/;
const WORD_CHARACTER = /[\p{L}\p{M}\p{N}'’_-]/u;
/** Scripts that put no spaces between words. */
const WITHOUT_SPACES =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]$/u;
/** Programs cut excerpts at this many characters or later. A person's phrase is shorter. */
const SHORTEST_CUT = 140;
const TAIL = 24;
const LONGEST_WORD = 60;

/**
 * The excerpt of the front matter as plain text, without tags and Markdown links, with character
 * references decoded. Fixed if it was cut.
 */
export function excerptField(fields: Fields, body: string): string | undefined {
  const given = textField(fields, 'excerpt');
  if (given === undefined) return undefined;
  const text = shorten(given, LONGEST);
  const plain = /[<&[{`*_~]/.test(text) ? plainOf(text) : text;
  return plain === '' ? undefined : mendExcerpt(plain, body);
}

function plainOf(text: string): string {
  const bare = text
    .replace(/<\/?[a-z][^<>]*>|<!--.*?-->/gi, ' ')
    .replace(/\{%.*?%\}|\{\{.*?\}\}|\[\^[^[\]]*\]/g, ' ');
  return withoutMarkup(cleanLine(bare));
}

/** Parts of HTML from `sanitise-html.ts` that do not open a text: tables, code, captions. */
const ASIDES =
  /<(table|pre|figcaption|nav|audio|video|iframe)\b[^<>]*>(?:(?!<\1\b)[\s\S])*?<\/\1>/g;
const FOOTNOTES = /(?:<hr[^<>]*>\s*)?<section[^<>]*>\s*<ol[^<>]*>\s*<li id="fn/;
/** A picture, and nothing but emphasised words below it: its caption. */
const CAPTION =
  /^\s*(?:<a [^<>]*>)?\s*<img\b[^<>]*>\s*(?:<\/a>)?\s*(?:<br[^<>]*>\s*)?<(em|i|small)>[\s\S]*<\/\1>\s*$/;
/** A line break between two characters of a script without spaces. */
const BREAK_IN_WORDS =
  /(?<=[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}、。，！？])\s*\n\s*(?=[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}])/gu;

/** The part of HTML from `sanitise-html.ts` in which readers look for its first words. */
export function openingHtml(html: string): string {
  const notes = html.search(FOOTNOTES);
  const text = notes === -1 ? html : html.slice(0, notes);
  return text.replace(ASIDES, ' ').replace(BREAK_IN_WORDS, '');
}

/** The HTML of the first paragraph that is more than a picture with its caption. Takes linear time. */
export function openingParagraph(html: string): string | undefined {
  const opening = /<p(?: [^<>]*)?>/g;
  while (opening.test(html)) {
    const end = html.indexOf('</p>', opening.lastIndex);
    if (end === -1) return undefined;
    const inner = html.slice(opening.lastIndex, end);
    if (/\S/.test(inner.replace(/<[^<>]*>/g, '')) && !CAPTION.test(inner)) return inner;
    opening.lastIndex = end;
  }
  return undefined;
}

/** Whether the body begins with the words of `excerpt`, except for the end where it was cut. */
export function repeatsBody(excerpt: string, html: string): boolean {
  const fold = (text: string) => cleanLine(text.replace(ELLIPSIS, '')).toLowerCase();
  const start = fold(excerpt).slice(0, 60).trimEnd();
  return fold(plainText(openingHtml(html.slice(0, 20_000)))).startsWith(start);
}

/**
 * The text before the mark that ends the excerpt: `<!--more-->` (Hugo, Jekyll, WordPress), or the
 * `excerpt_separator` of the front matter. Undefined if there is no mark.
 */
export function splitAtMore(markdown: string, fields: Fields): string | undefined {
  const separator = textField(fields, 'excerptSeparator');
  const at = separator === undefined ? markdown.search(MORE) : markdown.indexOf(separator);
  return at === -1 ? undefined : markdown.slice(0, at);
}

/**
 * Fixes an excerpt that a program cut in the middle of a word or a sentence: it then ends with a
 * whole word and an ellipsis. The body shows how the text continues. If the body does not contain
 * the excerpt, only a long excerpt without an end counts as cut. Returns any other excerpt
 * unchanged.
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

/** The character after the excerpt's end in the body. `''` at the end of a paragraph. */
function characterAfter(text: string, body: string): string | undefined {
  const tail = text.slice(-TAIL);
  const at = body.indexOf(tail);
  if (at === -1 || tail.length < 8) return undefined;
  const rest = body.slice(at + tail.length, at + tail.length + 4);
  if (rest === '' || /^\s*\n\s*\n/.test(rest) || /^\s*$/.test(rest)) return '';
  return rest[0];
}

/** At most `limit` characters of `text`. Shortened text ends with a whole word and an ellipsis. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const cut = startOf(text, limit - 1);
  const inWord = WORD_CHARACTER.test(text[limit - 1] ?? '');
  return `${inWord ? withoutLastWord(cut) : trimEnd(cut)}…`;
}

function withoutLastWord(text: string): string {
  if (WITHOUT_SPACES.test(text)) return trimEnd(text);
  const space = text.search(/\s\S*$/);
  // A "word" this long is an address, or text in a script without spaces: cut it at the limit.
  return trimEnd(space < 1 || text.length - space > LONGEST_WORD ? text : text.slice(0, space));
}

function trimEnd(text: string): string {
  return text.replace(/[\s,;:\-–—(&/'’"“‘]+$/u, '');
}
