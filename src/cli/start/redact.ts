/** The user and password of a URL, with the host. A bound to what comes before: a post's text may be all dots. */
const CREDENTIALS = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@]+@/gi;
/** An address at any domain; or one whose name has slashes, at a domain with a dot: `node_modules/@fastify` is none. */
const ADDRESS =
  /[^\s<>"(),:;[\]\\@/]{1,64}@[\p{L}\p{N}][\p{L}\p{N}.-]*|[^\s<>"(),:;[\]\\@]{0,64}(?<!\[secret\])@([\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]{2,}/gu;
/** The paths that end with a token. */
const TOKEN =
  /\/(confirm|unsubscribe|resubscribe|preferences|address|approve)\/[A-Za-z0-9_~.%-]{8,}/g;

/**
 * `text` without what a log must not have: addresses (relays name them in their replies, and so do
 * errors), passwords in URLs, tokens of links.
 */
export function redact(text: string): string {
  return text
    .replace(CREDENTIALS, '$1[secret]@')
    .replace(TOKEN, '/$1/[token]')
    .replace(ADDRESS, '[address]');
}
