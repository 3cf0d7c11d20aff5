import { z } from 'zod';

/** Headers of a mail, by name. */
export type MailHeaders = Readonly<Record<string, string>>;

/**
 * The headers that Broadsheet writes into mails. `composeMime` takes no others, so a new one has to be
 * added here, and then no config can set it.
 */
export const OUR_HEADERS = [
  'From',
  'To',
  'Reply-To',
  'Subject',
  'Date',
  'Message-ID',
  'List-Id',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'List-Subscribe',
  'List-Archive',
  'List-Owner',
  'List-Post',
  'List-Help',
  'Feedback-ID',
  'Content-Language',
  'Archived-At',
  'Expires',
  'CFBL-Address',
  'CFBL-Feedback-ID',
  'Auto-Submitted',
  'Precedence',
  'X-Auto-Response-Suppress',
  'X-Broadsheet-Delivery',
  'X-Broadsheet-Test',
] as const;

export type OurHeader = (typeof OUR_HEADERS)[number];

/** What else decides who gets a mail, whose it is, or how it is read; and what mail servers write. */
const RESERVED =
  /^(cc|bcc|sender|return-path|authentication-results|(arc|content|dkim|domainkey|list|mime|received|resent|x-broadsheet)(-.*)?)$/;

const ours: readonly string[] = OUR_HEADERS.map((name) => name.toLowerCase());

/**
 * Headers for relays. A name has letters, digits and hyphens, and a value is one line of printable ASCII,
 * so neither can begin another header (RFC 5322 §2.2).
 */
export const mailHeaders = z.record(z.string(), z.string()).superRefine((headers, context) => {
  for (const [name, value] of Object.entries(headers)) {
    const message = faultOf(name, value);
    if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
  }
});

function faultOf(name: string, value: string): string | undefined {
  if (!/^[a-z][a-z0-9-]{0,70}$/i.test(name)) {
    return 'is not the name of a header; write letters, digits and hyphens, like X-Tag';
  }
  if (ours.includes(name.toLowerCase()) || RESERVED.test(name.toLowerCase())) {
    return 'is a header that Broadsheet or mail servers write; leave it out';
  }
  // An id of an edition has up to 80 characters.
  const longest = value.replace(/\{(newsletter|edition|delivery)\}/g, '-'.repeat(80));
  if (/^[\x21-\x7e]([\x20-\x7e]{0,848}[\x21-\x7e])?$/.test(longest)) return undefined;
  return 'has a value that is not one line of at most 850 ASCII characters; write one';
}
