/** The user and password of a URL, with the host. */
const CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;
/** An address, in brackets or not. The marks before the @ are those of RFC 5322, without a limit to ASCII. */
const ADDRESS = /[^\s<>"'`()[\]{},;:=|\\]+@[^\s<>"'`()[\]{},;:=|\\]+/g;
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
    .replace(ADDRESS, (found) => (found.startsWith('[secret]') ? found : '[address]'));
}
