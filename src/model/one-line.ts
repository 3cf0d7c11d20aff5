// Besides controls: marks that turn or hide the text around them (U+202A-202E, U+2066-2069, zero
// width space, BOM, tags). Joiners (U+200C, U+200D) stay: Persian and emoji need them.
const UNWANTED =
  /[\p{Cc}\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ufffe\uffff\u{e0000}-\u{e0fff}]+/gu;

/**
 * `text` as one line that is safe to show beside other text: control and direction characters and
 * runs of white space become one space, lone surrogates U+FFFD.
 */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(UNWANTED, ' ').replace(/\s+/g, ' ').trim();
}
