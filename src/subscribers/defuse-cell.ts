/**
 * The start of a text that a spreadsheet takes for a formula (OWASP, *CSV injection*), full-width forms
 * too. Apostrophes may come before it: `restoreCell` then returns exactly the original text.
 */
const FORMULA = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** A CSV cell that no spreadsheet runs: puts an apostrophe before a possible formula. */
export function defuseCell(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** The text of a cell before `defuseCell`. */
export function restoreCell(text: string): string {
  return text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text;
}
