/** The login at a relay (RFC 4954). */
export interface RelayLogin {
  readonly user: string;
  readonly pass: string;
}

const NO_RELAY = 'is not a relay; write smtp://host:port or smtps://host:port';

/**
 * Returns the fault in a relay's URL, without any part of the URL (it may contain a password); undefined
 * if its parts can be separated: `smtp://` or `smtps://`, a host and the optional parts.
 */
export function relayUrlFault(text: string): string | undefined {
  const loose = looseCharacter(text);
  if (loose !== undefined) {
    const encoded = encodeURIComponent(loose);
    const remedy = `write ${encoded} for it, or set BROADSHEET_SMTP_USER and BROADSHEET_SMTP_PASSWORD`;
    return `has a ${loose} in its name or password, which ends the host there; ${remedy}`;
  }
  const url = URL.parse(text);
  const isSmtp = url?.protocol === 'smtp:' || url?.protocol === 'smtps:';
  return isSmtp && url.hostname !== '' ? undefined : NO_RELAY;
}

/**
 * The first `/`, `?` or `#` before an `@`. It ends the part with the login (RFC 3986 §3.2): a parser
 * reads the end of such a password as a path and its beginning as a port.
 */
function looseCharacter(text: string): string | undefined {
  return /^smtps?:\/\/[^/?#]*([/?#]).*@/is.exec(text)?.[1];
}
