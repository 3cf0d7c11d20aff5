/**
 * The user and password of a URL. The scheme has a limited length, because a post's text may be all dots.
 */
const CREDENTIALS = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@]+@/gi;
/**
 * An address at any domain; if its name contains slashes, only at a domain with a dot:
 * `node_modules/@fastify` is not one.
 */
const ADDRESS =
  /[^\s<>"(),:;[\]\\@/]{1,64}@[\p{L}\p{N}][\p{L}\p{N}.-]*|[^\s<>"(),:;[\]\\@]{0,64}(?<!\[secret\])@([\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]{2,}/gu;
/** Paths that end with a token. */
const TOKEN =
  /\/(confirm|unsubscribe|resubscribe|preferences|address|approve)\/[A-Za-z0-9_~.%-]{8,}/g;

/**
 * `text` without the data that a log must not contain: addresses (relays name them in their replies, and
 * so do errors), passwords in URLs, tokens of links.
 */
export function redact(text: string): string {
  return text
    .replace(CREDENTIALS, '$1[secret]@')
    .replace(TOKEN, '/$1/[token]')
    .replace(ADDRESS, '[address]');
}
