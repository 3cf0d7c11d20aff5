import { isIP } from 'node:net';
import type { SubscriptionStatus } from '../../database/states.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import { parseMailbox } from '../../kernel/mailbox.ts';
import { shortLine } from '../../kernel/short-line.ts';
import { restoreCell } from '../defuse-cell.ts';
import type { Meaning } from './columns/meanings.ts';
import type { ImportForm } from './import-form.ts';
import { decideStatus, type RowPurpose, STRICTNESS } from './import-status.ts';
import { parseImportTime } from './parse-import-time.ts';

/** The record of one person. The file does not contain fields that are undefined. */
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
    /** The IP address itself. Hash it; never store it. */
    readonly ip: string | undefined;
  };
  /** ISO 8601 instant of the last change of the status. */
  readonly changedAt: string | undefined;
}

const HASH = /^[\w-]{43}$/;

/**
 * Reads a record. Returns the reason if it is refused: no address, cells without a column, a record of
 * another newsletter, or words about consent that are not understood.
 */
export function parseImportRow(
  cells: readonly string[],
  form: ImportForm,
  purpose: RowPurpose,
): ImportedPerson | { readonly reason: string } {
  const cellAt = (place: number) => restoreCell(cells[place] ?? '');
  const all = (meaning: Meaning) => (form.places[meaning] ?? []).map(cellAt);
  const first = (meaning: Meaning) => all(meaning).find((text) => text !== '') ?? '';
  const extra = cells.slice(form.columns.length || 1).filter((text) => text !== '');
  if (extra.length > 0) return { reason: explainExtra(extra, form) };
  const decided = decideStatus(form, cellAt, purpose);
  if ('reason' in decided) return decided;
  const mailbox = parseMailbox(first('email'));
  if ('reason' in mailbox) return mailbox;
  const time = (text: string) => parseImportTime(text, purpose.now);
  const times = (meaning: Meaning) =>
    all(meaning)
      .map(time)
      .find((at) => at !== undefined);
  const asked = times('consent-at');
  const confirmed = times('confirmed');
  return {
    address: mailbox.address,
    name:
      shortLine(first('name')) ??
      shortLine(`${first('first-name')} ${first('last-name')}`) ??
      shortLine(mailbox.name),
    status: decided.status,
    consent: {
      // Mailchimp's `CONFIRM_TIME` alone is the time when the contact was added.
      at: asked ?? confirmed,
      confirmedAt: asked === undefined ? undefined : confirmed,
      source: shortLine(first('consent-source')),
      text: first('consent-text') || undefined,
      ipHash: all('consent-ip-hash').find((text) => HASH.test(text)),
      ip: all('consent-ip').find((text) => isIP(text) > 0),
    },
    changedAt: times('changed-at') ?? (decided.endedAt && time(decided.endedAt)),
  };
}

/** The stricter of the two. If one place says that a person left, they get no mail. */
export function stricterStatus(
  one: SubscriptionStatus,
  other: SubscriptionStatus,
): SubscriptionStatus {
  return STRICTNESS.indexOf(other) > STRICTNESS.indexOf(one) ? other : one;
}

function explainExtra(extra: readonly string[], { columns }: ImportForm): string {
  if (extra.some((text) => text.includes('@'))) {
    return 'has more than one address; write one a line';
  }
  return columns.length === 0
    ? `has "${shortLine(extra[0]) ?? ''}" beside the address, and no header row says what that is; write one, such as: email,name,status`
    : 'has more cells than the header has columns; put cells with the divider in them into quotes';
}
