import { type EmailAddress, parseEmailAddress } from '../model/email-address.ts';
import type { SubscriptionStatus } from '../model/subscriber.ts';
import { restoreCell } from './defuse-cell.ts';
import type { ImportRow } from './read-import-rows.ts';
import { shortLine } from './short-line.ts';

/** What a line of an import says of one person. */
export interface ImportedPerson {
  readonly address: EmailAddress;
  readonly name?: string;
  /** Undefined where the file does not tell. */
  readonly status?: SubscriptionStatus;
  /** As an export of ours kept it. */
  readonly consent?: { readonly at: string; readonly source: string };
}

/** Columns that hold the address, in lower case, words divided by one space. */
export const EMAIL_COLUMNS: readonly string[] = [
  'email',
  'e mail',
  'email address',
  'e mail address',
  'address',
  'mail',
  'subscriber',
];

const STATUS_COLUMNS = [
  'status',
  'subscription status',
  'state',
  'subscribed to emails',
  'subscriber type',
];

/** Columns where a date, a reason or a yes means that somebody has left, whatever the status says. */
const END_COLUMNS: Readonly<Record<string, SubscriptionStatus>> = {
  ...{ 'unsub time': 'unsubscribed', 'unsubscribed at': 'unsubscribed' },
  ...{ unsubscribed: 'unsubscribed', 'unsubscription date': 'unsubscribed' },
  ...{ 'unsubscribe date': 'unsubscribed', 'date unsubscribed': 'unsubscribed' },
  ...{ 'unsubscribed on': 'unsubscribed', 'opted out': 'unsubscribed' },
  ...{ 'optout time': 'unsubscribed', 'deleted at': 'unsubscribed' },
  ...{ 'email disabled': 'unsubscribed', blocklisted: 'unsubscribed', blacklisted: 'unsubscribed' },
  ...{ 'clean time': 'bounced', bounced: 'bounced', 'bounced at': 'bounced' },
  ...{ complained: 'complained', 'complained at': 'complained' },
};

/** What such a column says of somebody who has not left. */
const NOT_ENDED = new Set(['', 'false', 'no', 'n', '0', 'null', 'none', '-']);

/** The words of other programs for where a subscription stands. */
const STATUS_WORDS: Readonly<Record<string, SubscriptionStatus>> = {
  ...{ active: 'active', subscribed: 'active', confirmed: 'active', enabled: 'active' },
  ...{ true: 'active', yes: 'active', regular: 'active', premium: 'active' },
  ...{ pending: 'pending', unconfirmed: 'pending', unactivated: 'pending' },
  ...{ unsubscribed: 'unsubscribed', inactive: 'unsubscribed', cancelled: 'unsubscribed' },
  ...{ disabled: 'unsubscribed', blocklisted: 'unsubscribed', removed: 'unsubscribed' },
  ...{ false: 'unsubscribed', no: 'unsubscribed' },
  ...{ bounced: 'bounced', cleaned: 'bounced' },
  ...{ complained: 'complained', spam: 'complained' },
};

/**
 * What a row says, for the newsletter called `newsletter`; the reason where it is refused: no
 * address, a status that is not known (it might mean that they left), another newsletter's row.
 */
export function parseImportRow(
  row: ImportRow,
  newsletter: string,
): ImportedPerson | { readonly reason: string } {
  const cell = (names: readonly string[]) => {
    const name = names.find((candidate) => row.cells.has(candidate));
    return name === undefined ? undefined : restoreCell(row.cells.get(name) ?? '');
  };
  if (row.rest.some((text) => text.includes('@'))) {
    return { reason: 'has more than one address; write one a line' };
  }
  const of = cell(['newsletter']);
  if (of !== undefined && of !== '' && of !== newsletter) {
    return { reason: `is of the newsletter "${shortLine(of) ?? ''}"; import it there` };
  }
  const status = parseEnd(row) ?? parseStatus(cell(STATUS_COLUMNS));
  if (typeof status === 'object') return status;
  const { mailbox, label } = splitMailbox(cell(EMAIL_COLUMNS) ?? '');
  const parsed = parseEmailAddress(mailbox);
  if ('reason' in parsed) return parsed;
  const name =
    shortLine(cell(['name', 'full name'])) ??
    shortLine(`${cell(['first name']) ?? ''} ${cell(['last name']) ?? ''}`) ??
    shortLine(label);
  const consent = parseConsent(cell(['consent at']), cell(['consent source']));
  return {
    address: parsed.address,
    ...(name === undefined ? {} : { name }),
    ...(status === undefined ? {} : { status }),
    ...(consent === undefined ? {} : { consent }),
  };
}

function parseEnd({ cells }: ImportRow): SubscriptionStatus | undefined {
  const [, status] =
    Object.entries(END_COLUMNS).find(
      ([column]) => !NOT_ENDED.has(cells.get(column)?.trim().toLowerCase() ?? ''),
    ) ?? [];
  return status;
}

function parseStatus(
  word: string | undefined,
): SubscriptionStatus | undefined | { readonly reason: string } {
  const folded = word?.trim().toLowerCase() ?? '';
  if (folded === '') return undefined;
  if (Object.hasOwn(STATUS_WORDS, folded)) return STATUS_WORDS[folded];
  const known = 'active, pending, unsubscribed, bounced or complained';
  return {
    reason: `has the status "${shortLine(folded) ?? ''}", which is not known; write ${known}`,
  };
}

/** `Ada Lovelace <ada@example.org>` as people paste it (RFC 5322 §3.4). */
function splitMailbox(text: string): { readonly mailbox: string; readonly label?: string } {
  const [, label, mailbox] = /^([^<>]*)<([^<>]+)>$/.exec(text.trim()) ?? [];
  if (label === undefined || mailbox === undefined) return { mailbox: text };
  return { mailbox, label: label.trim().replace(/^"(.*)"$/, '$1') };
}

function parseConsent(
  at: string | undefined,
  source: string | undefined,
): { readonly at: string; readonly source: string } | undefined {
  const kept = shortLine(source);
  if (at === undefined || kept === undefined) return undefined;
  // Only what we wrote ourselves: an instant of 24 characters.
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(at) ? { at, source: kept } : undefined;
}
