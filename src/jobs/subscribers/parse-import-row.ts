import { isIP } from 'node:net';
import type { EmailAddress } from '../../model/email-address.ts';
import { parseMailbox } from '../../model/mailbox.ts';
import { hasLeft, type SubscriptionStatus } from '../../model/subscriber.ts';
import { shortLine } from '../short-line.ts';
import { restoreCell } from './defuse-cell.ts';
import type { ImportForm } from './import-form.ts';
import { parseImportTime } from './parse-import-time.ts';

/** What a record of an import says of one person. What is undefined, the file does not tell. */
export interface ImportedPerson {
  readonly address: EmailAddress;
  readonly name: string | undefined;
  readonly status: SubscriptionStatus | undefined;
  readonly consent: {
    /** ISO 8601 instants. */
    readonly at: string | undefined;
    readonly confirmedAt: string | undefined;
    readonly source: string | undefined;
    readonly text: string | undefined;
    readonly ipHash: string | undefined;
    /** The IP address itself: to be hashed, never to be kept. */
    readonly ip: string | undefined;
  };
  /** ISO 8601 instant since when the status is what it is. */
  readonly changedAt: string | undefined;
}

/** What a column of `ImportForm.ends` says of somebody who has not left. */
const NOT_ENDED = new Set(['', 'false', 'no', 'n', '0', 'null', 'none', '-']);

const HASH = /^[\w-]{43}$/;

/** `complained` is no milder than the others, but tells more. */
const STRICTNESS: readonly SubscriptionStatus[] = [
  'active',
  'pending',
  'unsubscribed',
  'bounced',
  'complained',
];

/**
 * What a record says, for the newsletter called `newsletter`, at `now`; the reason where it is
 * refused: no address, a status that is not known (it might mean that they left), another
 * newsletter's record.
 */
export function parseImportRow(
  cells: readonly string[],
  form: ImportForm,
  { newsletter, now }: { readonly newsletter: string; readonly now: string },
): ImportedPerson | { readonly reason: string } {
  const cell = (place: number | undefined) =>
    place === undefined ? '' : restoreCell(cells[place] ?? '');
  if (cells.length > form.columns && cells.slice(form.columns).some((text) => text.includes('@'))) {
    return { reason: 'has more than one address; write one a line' };
  }
  const of = cell(form.newsletter);
  if (of !== '' && of !== newsletter) {
    return { reason: `is of the newsletter "${shortLine(of) ?? ''}"; import it there` };
  }
  const status = parseStatus(form, cell);
  if (typeof status === 'object') return status;
  const mailbox = parseMailbox(cell(form.email));
  if ('reason' in mailbox) return mailbox;
  const ended = form.ends.find(({ at }) => isEnded(cell(at)));
  const time = (place: number | undefined) => parseImportTime(cell(place), now);
  const [at, confirmedAt] = parseConsentTimes(form, time);
  return {
    address: mailbox.address,
    name:
      shortLine(cell(form.name)) ??
      shortLine(`${cell(form.firstName)} ${cell(form.lastName)}`) ??
      shortLine(mailbox.name),
    status,
    consent: {
      ...{ at, confirmedAt },
      source: shortLine(cell(form.consentSource)),
      text: cell(form.consentText) || undefined,
      ipHash: HASH.test(cell(form.consentIpHash)) ? cell(form.consentIpHash) : undefined,
      ip: form.ips.map(cell).find((text) => isIP(text) > 0),
    },
    changedAt: time(form.changed) ?? (ended && time(ended.at)),
  };
}

/** The stricter of the two: nobody is mailed for whom one place says that they left. */
export function stricterStatus(
  one: SubscriptionStatus,
  other: SubscriptionStatus,
): SubscriptionStatus {
  if (hasLeft(one)) return one;
  return STRICTNESS.indexOf(other) > STRICTNESS.indexOf(one) ? other : one;
}

function parseStatus(
  form: ImportForm,
  cell: (place: number) => string,
): SubscriptionStatus | undefined | { readonly reason: string } {
  const told: SubscriptionStatus[] = [];
  for (const place of form.statuses) {
    const word = cell(place).toLowerCase().replaceAll('_', ' ');
    if (word === '') continue;
    const status = Object.hasOwn(form.words, word) ? form.words[word] : undefined;
    if (status === undefined) {
      const known = 'active, pending, unsubscribed, bounced or complained';
      return {
        reason: `has the status "${shortLine(word) ?? ''}", which is not known; write ${known}`,
      };
    }
    told.push(status);
  }
  for (const { at, status } of form.ends) if (isEnded(cell(at))) told.push(status);
  // Mailchimp's words for it: "SPAM" and "ABUSE".
  if (form.reason !== undefined && /^(spam|abuse)\b/i.test(cell(form.reason))) {
    told.push('complained');
  }
  return told.toSorted((a, b) => STRICTNESS.indexOf(a) - STRICTNESS.indexOf(b)).at(-1);
}

function isEnded(text: string): boolean {
  return !NOT_ENDED.has(text.trim().toLowerCase());
}

/**
 * When they asked and when they confirmed. Where the two are in one column (Mailchimp's
 * `CONFIRM_TIME` of somebody who was added), that is when they asked.
 */
function parseConsentTimes(
  form: ImportForm,
  time: (place: number | undefined) => string | undefined,
): [string | undefined, string | undefined] {
  const asked = form.asked.find((place) => time(place) !== undefined);
  return [time(asked), asked === form.confirmed ? undefined : time(form.confirmed)];
}
