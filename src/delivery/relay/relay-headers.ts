import type { MailHeaders } from '../../settings/mail-headers.ts';
import { headerLine } from '../message/compose-mime.ts';
import type { Message } from '../message/message.ts';

/** The headers of a relay: of all mail over it, and of editions only. */
export interface RelayHeaders {
  readonly headers?: MailHeaders | undefined;
  /** The provider's. A newsletter may have others. */
  readonly editionHeaders?: MailHeaders | undefined;
}

/**
 * The message with the headers for the relay before its own. The relay's replace those of the newsletter,
 * which replace those of the provider. `{newsletter}` and `{edition}` in a value become their ids; a mail
 * of no edition goes without such a header.
 *
 * This is the last step before SMTP, and no DKIM signature may cover these headers: relays remove them.
 * A signature stays valid, because it is about the headers that it names (RFC 6376 §5.4).
 */
export function withRelayHeaders(
  message: Message,
  { headers, editionHeaders }: RelayHeaders,
): Message {
  const { edition } = message;
  const maps = edition === undefined ? [headers] : [editionHeaders, edition.headers, headers];
  const lines = merge(maps).flatMap(([name, value]) => {
    if (edition === undefined && value.search(ID) >= 0) return [];
    const filled = value.replace(
      ID,
      (_, what) => (what === 'edition' ? edition?.id : edition?.newsletter) ?? '',
    );
    return [`${headerLine(name, filled)}\r\n`];
  });
  if (lines.length === 0) return message;
  return { ...message, bytes: Buffer.concat([Buffer.from(lines.join('')), message.bytes]) };
}

const ID = /\{(newsletter|edition)\}/g;

/** The last one of each name counts, whatever its case. */
function merge(maps: readonly (MailHeaders | undefined)[]): readonly (readonly [string, string])[] {
  const entries = maps.flatMap((map = {}) => Object.entries(map));
  return [...new Map(entries.map((entry) => [entry[0].toLowerCase(), entry] as const)).values()];
}
