import type { MailHeaders } from '../../settings/mail-headers.ts';
import { headerLine } from '../message/compose-mime.ts';
import type { Message } from '../message/message.ts';

/** The headers of a relay. */
export interface RelayHeaders {
  readonly headers?: MailHeaders | undefined;
  /** The provider's: of all mail over it, and of editions only. A newsletter may have others. */
  readonly presetHeaders?: MailHeaders | undefined;
  readonly editionHeaders?: MailHeaders | undefined;
}

/**
 * The message with the headers for the relay before its own. The relay's replace those of the newsletter,
 * which replace those of the provider. `{newsletter}` and `{edition}` in a value become their ids, and
 * `{delivery}` the token of the message; a mail of no edition, or without a token, goes without such a
 * header.
 *
 * This is the last step before SMTP, and no DKIM signature may cover these headers: relays remove them.
 * A signature stays valid, because it is about the headers that it names (RFC 6376 §5.4).
 */
export function withRelayHeaders(
  message: Message,
  { headers, presetHeaders, editionHeaders }: RelayHeaders,
): Message {
  const { edition, token: delivery } = message;
  const ofEdition = edition === undefined ? [] : [editionHeaders, edition.headers];
  const values = { newsletter: edition?.newsletter, edition: edition?.id, delivery };
  const lines = merge([presetHeaders, ...ofEdition, headers]).flatMap(([name, value]) => {
    const found = [...value.matchAll(ID)].map(([, what]) => values[what as keyof typeof values]);
    if (found.includes(undefined)) return [];
    const filled = value.replace(ID, (_, what: keyof typeof values) => values[what] ?? '');
    return [`${headerLine(name, filled)}\r\n`];
  });
  if (lines.length === 0) return message;
  return { ...message, bytes: Buffer.concat([Buffer.from(lines.join('')), message.bytes]) };
}

const ID = /\{(newsletter|edition|delivery)\}/g;

/** The last one of each name counts, whatever its case. */
function merge(maps: readonly (MailHeaders | undefined)[]): readonly (readonly [string, string])[] {
  const entries = maps.flatMap((map = {}) => Object.entries(map));
  return [...new Map(entries.map((entry) => [entry[0].toLowerCase(), entry] as const)).values()];
}
