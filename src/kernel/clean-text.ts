// C0 controls except TAB and LF, DEL, lone surrogates and noncharacters.
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\p{Cs}\p{NChar}]/gu;

const C1_CONTROLS = /[\x80-\x9f]/g;

const windows1252 = new TextDecoder('windows-1252');

/**
 * `text` with only the characters that XML 1.0 §2.2 allows and does not discourage. Controls, lone
 * surrogates and noncharacters are removed. Line ends, also Unicode's own, become LF. C1 controls appear
 * when windows-1252 text is read as Latin-1 (U+0092 for an apostrophe): they become the intended
 * character, as in HTML's numeric references (HTML §13.2.5.80). U+FFFD stands for a lost character, and
 * parsers and validators warn about it: it becomes a question mark.
 */
export function cleanText(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(FORBIDDEN, '')
    .replace(C1_CONTROLS, meantBy)
    .replaceAll('\u{FFFD}', '?');
}

/** `cleanText` on one line, with white space folded. */
export function cleanLine(text: string): string {
  return foldSpace(cleanText(text));
}

/**
 * `text` with every run of white space as one space, and no white space at the ends. No-break spaces
 * stay: the author of « or 5 km wanted them.
 */
export function foldSpace(text: string): string {
  return text.replace(/[^\S\u00a0\u2007\u202f]+/g, ' ').trim();
}

/**
 * The longest beginning of `text` that has at most `limit` UTF-16 units and ends between two visible
 * characters (grapheme clusters, UAX 29). A single character longer than `limit` is cut between code
 * points.
 */
export function startOf(text: string, limit: number): string {
  if (text.length <= limit) return text;
  // A cluster is seldom longer than a family emoji with skin tones.
  const near = Math.max(0, limit - 100);
  let end = 0;
  for (const { index } of GRAPHEMES.segment(text.slice(near, limit + 100))) {
    if (near + index > limit) break;
    end = near + index;
  }
  return (end > near ? text.slice(0, end) : text.slice(0, limit)).replace(/[\ud800-\udbff]$/, '');
}

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

function meantBy(control: string): string {
  const meant = windows1252.decode(Uint8Array.of(control.charCodeAt(0)));
  return meant === control ? '' : meant;
}
