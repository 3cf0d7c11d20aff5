/** The sanitiser's parser takes quadratic time in the number of open elements. */
const MOST_OPEN_ELEMENTS = 20_000;
/** XML parsers and all feed readers fail somewhere above this. */
const LONGEST_HTML = 8_000_000;

/** HTML §13.1.2: these have no end tag. */
const VOID_ELEMENTS = new Set(
  'area base br col embed hr img input link meta source track wbr'.split(' '),
);

/**
 * Why `html` is too much to sanitise and put into a feed in reasonable time and memory: too many
 * elements are open at once, or it is too long. Undefined if it is within the limits. Takes linear
 * time.
 */
export function tooMuchHtml(html: string): string | undefined {
  if (html.length > LONGEST_HTML) {
    return `makes more than ${LONGEST_HTML / 1e6} MB of HTML; shorten it`;
  }
  if (openElements(html) > MOST_OPEN_ELEMENTS) {
    return `leaves more than ${MOST_OPEN_ELEMENTS} HTML elements open; close them, or nest fewer`;
  }
  return undefined;
}

/** The highest number of elements that are open at once. */
function openElements(html: string): number {
  // `<b>` is the shortest tag.
  if (html.length < MOST_OPEN_ELEMENTS * 3) return 0;
  const open = new Map<string, number>();
  let count = 0;
  let most = 0;
  for (const [, slash, tag = ''] of html.matchAll(/<(\/?)([a-z][^\s/>]*)/gi)) {
    const name = tag.toLowerCase();
    if (VOID_ELEMENTS.has(name)) continue;
    const opened = open.get(name) ?? 0;
    if (slash === '/' && opened === 0) continue;
    const step = slash === '/' ? -1 : 1;
    open.set(name, opened + step);
    count += step;
    most = Math.max(most, count);
  }
  return most;
}
