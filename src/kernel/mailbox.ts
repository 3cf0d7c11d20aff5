import { type EmailAddress, parseEmailAddress } from './email-address.ts';

/** An address as people write it, with or without a name. */
export interface Mailbox {
  readonly address: EmailAddress;
  /** As it was written; undefined if there was none. */
  readonly name?: string;
}

const MAILTO = /^mailto:/i;

/**
 * Parses a mailbox of a list: an address, `<ada@example.org>`, `Ada Quill <ada@example.org>` or `"Quill,
 * Ada" <ada@example.org>` (RFC 5322 §3.4), `mailto:ada@example.org`. Returns a reason if it is not one.
 */
export function parseMailbox(text: string): Mailbox | { readonly reason: string } {
  const [, name, inner] = /^([^<>]*)<([^<>]+)>$/.exec(text.trim()) ?? [];
  const parsed = parseEmailAddress((inner ?? text).trim().replace(MAILTO, ''));
  if ('reason' in parsed || name === undefined) return parsed;
  const written = name.trim().replace(/^"(.*)"$/, '$1');
  return written === '' ? parsed : { ...parsed, name: written };
}
