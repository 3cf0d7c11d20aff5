/**
 * What a spreadsheet takes for the beginning of a formula (OWASP, *CSV injection*), full-width
 * forms too; and the same after apostrophes, so that what is restored is what was there.
 */
const FORMULA = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** A CSV cell that no spreadsheet runs: with an apostrophe before what could be a formula. */
export function defuseCell(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** What a cell said before it was defused. */
export function restoreCell(text: string): string {
  return text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text;
}
