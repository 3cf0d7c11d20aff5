// RFC 3986 §2 without the brackets, which only an IPv6 host may have.
const NOT_IN_URL = /[^\w\-.~:/?#@!$&'()*+,;=%]|%(?![0-9A-Fa-f]{2})/g;

/** Readers that take an address for HTML once more make a character of `&copy;`. */
const LIKE_A_REFERENCE = /&(#?\w+);/g;

/** An absolute `url` with everything percent-encoded that RFC 3986 does not allow in one. */
export function cleanUrl(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) return '';
  const { href, host } = parsed;
  const end = host === '' ? 0 : href.indexOf(host) + host.length;
  const rest = href.slice(end).replace(NOT_IN_URL, encodeURIComponent);
  return href.slice(0, end) + rest.replace(LIKE_A_REFERENCE, '&$1%3B');
}

/** Whether `text` can stand as an identity in Atom: an absolute URI (RFC 3986), nothing else. */
export function isUri(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:[^\s]+$/i.test(text) && !text.match(NOT_IN_URL) && URL.canParse(text);
}
