// RFC 3986 §2, without the brackets: only an IPv6 host may have them.
const NOT_IN_URL = /[^\w\-.~:/?#@!$&'()*+,;=%]|%(?![0-9A-Fa-f]{2})/g;

/** Readers that decode an address as HTML again turn `&copy;` into a character. */
const LIKE_A_REFERENCE = /&(#?\w+);/g;

/** An absolute `url` with every character percent-encoded that RFC 3986 does not allow. */
export function cleanUrl(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) return '';
  const { href, host } = parsed;
  const end = host === '' ? 0 : href.indexOf(host) + host.length;
  const rest = href.slice(end).replace(NOT_IN_URL, encodeURIComponent);
  return href.slice(0, end) + rest.replace(LIKE_A_REFERENCE, '&$1%3B');
}

/** Whether `text` can be an id in Atom: an absolute URI (RFC 3986). */
export function isUri(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:[^\s]+$/i.test(text) && !text.match(NOT_IN_URL) && URL.canParse(text);
}
