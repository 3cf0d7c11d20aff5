/** What a spreadsheet takes for the beginning of a formula (OWASP, *CSV injection*). */
const FORMULA = /^[=+\-@\t\r\n]/;

/** A CSV cell that no spreadsheet runs: with an apostrophe before what could be a formula. */
export function defuseCell(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** What a cell said before it was defused. */
export function restoreCell(text: string): string {
  return text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text;
}
