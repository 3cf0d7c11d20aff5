import { isIP } from 'node:net';
import type { SubscriptionStatus } from '../../database/states.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import { parseMailbox } from '../../kernel/mailbox.ts';
import { shortLine } from '../../kernel/short-line.ts';
import { restoreCell } from '../defuse-cell.ts';
import { hasLeft } from '../subscriber.ts';
import { foldWords } from './columns/fold-words.ts';
import type { Meaning } from './columns/meanings.ts';
import {
  type Decision,
  isDate,
  readDecision,
  readDeparture,
  readWord,
  stricterStatus,
} from './columns/read-decision.ts';
import type { ImportColumn, ImportForm } from './import-form.ts';

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

/** The import that a record is read for. */
export interface RowPurpose {
  readonly newsletter: string;
  /** ISO 8601 instant. */
  readonly now: string;
  /** The highest status that a person can get. */
  readonly status: SubscriptionStatus;
}

/** Why a record is not imported. */
export interface Refusal {
  readonly reason: string;
}

const HASH = /^[\w-]{43}$/;

/**
 * Reads a record. Refuses it if it has no address, cells without a column, belongs to another newsletter,
 * or has words about consent that are not understood.
 */
export function parseImportRow(
  cells: readonly string[],
  form: ImportForm,
  purpose: RowPurpose,
): ImportedPerson | Refusal {
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
  const firstTime = (meaning: Meaning) =>
    all(meaning)
      .map(time)
      .find((at) => at !== undefined);
  const agreed = firstTime('consent-at');
  const confirmed = firstTime('confirmed');
  return {
    address: mailbox.address,
    name:
      shortLine(first('name')) ??
      shortLine(`${first('first-name')} ${first('last-name')}`) ??
      shortLine(mailbox.name),
    status: decided.status,
    consent: {
      // Mailchimp's `CONFIRM_TIME` alone is the time when the contact was added.
      at: agreed ?? confirmed,
      confirmedAt: agreed === undefined ? undefined : confirmed,
      source: shortLine(first('consent-source')),
      text: first('consent-text') || undefined,
      ipHash: all('consent-ip-hash').find((text) => HASH.test(text)),
      ip: all('consent-ip').find((text) => isIP(text) > 0),
    },
    changedAt: firstTime('changed-at') ?? (decided.endedAt && time(decided.endedAt)),
  };
}

function explainExtra(extra: readonly string[], { columns }: ImportForm): string {
  if (extra.some((text) => text.includes('@'))) {
    return 'has more than one address; write one a line';
  }
  return columns.length === 0
    ? `has "${shortLine(extra[0]) ?? ''}" beside the address, and no header row says what that is; write one, such as: email,name,status`
    : 'has more cells than the header has columns; put cells with the divider in them into quotes';
}

/** The status that a record gives a person. Undefined: no column of the file decides. */
interface DecidedStatus {
  readonly status: SubscriptionStatus | undefined;
  /** The cell with the time when they left. */
  readonly endedAt?: string | undefined;
}

/**
 * Reads all columns of a record that decide whether a person gets mail. The strictest one counts. Refuses
 * it in two cases, if no column says that they left: a column is not understood; or no column says that
 * they agreed, although the file has one for it.
 */
function decideStatus(
  form: ImportForm,
  cellAt: (place: number) => string,
  purpose: RowPurpose,
): DecidedStatus | Refusal {
  let status: SubscriptionStatus | undefined;
  let silent: ImportColumn | undefined;
  let unclear: ImportColumn | undefined;
  let endedAt: string | undefined;
  for (const column of form.deciding) {
    const cell = cellAt(column.at);
    const decision = decide(column, cell, form);
    if (column.as === 'newsletter') {
      // The name of this newsletter says nothing more.
      if (foldWords(cell) === foldWords(purpose.newsletter)) continue;
      if (decision === 'unclear') {
        return { reason: `is of the newsletter "${shortLine(cell) ?? ''}"; import it there` };
      }
    }
    if (decision === 'unclear') unclear ??= column;
    else if (decision === 'silent') {
      // All evidence counts together: one piece of it is enough.
      if (column.as !== 'consent-at') silent ??= column;
    } else if (decision !== 'neutral') {
      status = stricterStatus(decision, status ?? decision);
      if (hasLeft(decision)) endedAt ??= isDate(cell) ? cell : undefined;
    }
  }
  if (status !== undefined && hasLeft(status)) return { status, endedAt };
  if (hasLeft(purpose.status)) return { status };
  if (unclear !== undefined) return { reason: explainUnclear(unclear, cellAt(unclear.at)) };
  const watched = form.watched.find(({ at }) => readDeparture(cellAt(at)) !== undefined);
  if (watched !== undefined) return { reason: explainWatched(watched, cellAt(watched.at)) };
  if (status !== undefined || form.lists) return { status };
  return decideSilence(form, cellAt, silent);
}

/** If a file has these columns, at least one must say something for a person without other answers. */
const EVIDENCE = ['consent-at', 'consent-source', 'consent-text', 'consent-ip'];

/** Decides for people if no column says that they agreed or left. */
function decideSilence(
  form: ImportForm,
  cellAt: (place: number) => string,
  silent: ImportColumn | undefined,
): DecidedStatus | Refusal {
  if (silent?.as === 'confirmed') return { status: 'pending' };
  const evidence = form.columns.filter(({ as = '' }) => EVIDENCE.includes(as));
  const column = silent ?? evidence[0];
  if (column === undefined) return { status: undefined };
  if (silent === undefined && evidence.some((some) => isEvidence(some, cellAt(some.at), form))) {
    return { status: undefined };
  }
  const cell = cellAt(column.at);
  if (cell !== '') return { reason: explainUnclear(column, cell) };
  const remedy = `write it there, or leave the column aside with --ignore-column "${column.name}"`;
  return {
    reason: `says nothing in the column "${column.name}", and so not whether they agreed; ${remedy}`,
  };
}

function isEvidence(column: ImportColumn, cell: string, form: ImportForm): boolean {
  if (column.as === 'consent-at') return decide(column, cell, form) === 'neutral';
  const word = readWord(cell);
  return word !== 'nothing' && word !== 'no';
}

/** How many decisions of a file are cached: the first ones. */
const MOST_CACHED = 1000;

function decide({ as = 'tags' }: ImportColumn, cell: string, form: ImportForm): Decision {
  const { decisions, words } = form;
  const key = `${as}:${cell}`;
  const known = decisions.get(key);
  if (known !== undefined) return known;
  const decision = readDecision(as, cell, words);
  if (decisions.size < MOST_CACHED) decisions.set(key, decision);
  return decision;
}

function explainUnclear({ name }: ImportColumn, cell: string): string {
  const word = shortLine(cell) ?? '';
  return `has "${word}" in the column "${name}", which is not understood; write active, pending or unsubscribed, or say what it means with --value "${word}=STATUS"`;
}

function explainWatched({ name }: ImportColumn, cell: string): string {
  const word = shortLine(cell) ?? '';
  return `has "${word}" in the column "${name}", which is not used; say what it is with --column "${name}=status", or leave it aside with --ignore-column "${name}"`;
}

/** Date, time and zone in the order of ISO 8601. Go's `2024-01-15 10:00:00.5 +0000 UTC` matches too. */
const TIME =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,3})\d*)?)?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?(?:\s+[A-Z]{1,5})?$/;

/**
 * Converts a time from another program's file to the format of the tables; UTC if it names no zone.
 * Undefined if it is no time, no day of the calendar, or later than `now`.
 */
function parseImportTime(text: string, now: string): string | undefined {
  const [, day, minutes = '00:00', seconds = '00', fraction = '0', zone = 'Z'] =
    TIME.exec(text.trim()) ?? [];
  if (day === undefined) return undefined;
  const offset = /^[+-]/.test(zone) ? zone.replace(/^(...):?/, '$1:') : 'Z';
  const at = Date.parse(`${day}T${minutes}:${seconds}.${fraction.padEnd(3, '0')}${offset}`);
  if (Number.isNaN(at) || new Date(`${day}T00:00Z`).getUTCDate() !== Number(day.slice(8))) {
    return undefined;
  }
  const stored = new Date(at).toISOString();
  return stored.length === now.length && stored <= now ? stored : undefined;
}
