import type { SubscriptionStatus } from '../../database/states.ts';
import { shortLine } from '../../kernel/short-line.ts';
import { hasLeft } from '../subscriber.ts';
import { foldWords } from './columns/fold-words.ts';
import type { Meaning } from './columns/meanings.ts';
import { type Decision, isDate, readDecision } from './columns/read-decision.ts';
import { readDeparture, readWord } from './columns/status-words.ts';
import type { ImportColumn, ImportForm } from './import-form.ts';

/** The purpose of reading a record. */
export interface RowPurpose {
  readonly newsletter: string;
  /** ISO 8601 instant. */
  readonly now: string;
  /** The highest status that a person can get. */
  readonly status?: SubscriptionStatus;
}

/** From mild to strict. `complained` is as strict as the departures before it, but says more. */
export const STRICTNESS: readonly SubscriptionStatus[] = [
  'active',
  'pending',
  'unsubscribed',
  'bounced',
  'complained',
];

/** The status that a record gives a person. Undefined: no column of the file decides. */
export interface DecidedStatus {
  readonly status: SubscriptionStatus | undefined;
  /** The cell with the time when they left. */
  readonly endedAt?: string;
}

/** If a file has these columns, at least one must say something for a person without other answers. */
const EVIDENCE: readonly Meaning[] = ['consent-at', 'consent-source', 'consent-text', 'consent-ip'];

/**
 * Reads all columns of a record that decide whether a person gets mail. The strictest one counts. Returns
 * a reason in two cases, if no column says that they left: a column is not understood; or no column says
 * that they agreed, although the file has one for it.
 */
export function decideStatus(
  form: ImportForm,
  cellAt: (place: number) => string,
  purpose: RowPurpose,
): DecidedStatus | { readonly reason: string } {
  const said: SubscriptionStatus[] = [];
  let silent: ImportColumn | undefined;
  let unclear: ImportColumn | undefined;
  let endedAt: string | undefined;
  for (const column of form.deciding) {
    const cell = cellAt(column.at);
    if (column.as === 'newsletter') {
      const other = isOtherNewsletter(cell, form, purpose);
      if (other === undefined) continue;
      if (other) return { reason: explainOther(cell) };
    }
    const decision = decide(column.as as Meaning, cell, form);
    if (decision === 'unclear') unclear ??= column;
    else if (decision === 'silent') {
      // All evidence counts together: one piece of it is enough.
      if (column.as !== 'consent-at') silent ??= column;
    } else if (decision !== 'neutral') {
      said.push(decision);
      if (hasLeft(decision)) endedAt ??= isDate(cell) ? cell : undefined;
    }
  }
  const status = STRICTNESS.findLast((some) => said.includes(some));
  if (status !== undefined && hasLeft(status)) return { status, ...(endedAt ? { endedAt } : {}) };
  if (purpose.status !== undefined && hasLeft(purpose.status)) return { status };
  if (unclear !== undefined) return { reason: explainUnclear(unclear, cellAt(unclear.at)) };
  const watched = form.watched.find(({ at }) => readDeparture(cellAt(at)) !== undefined);
  if (watched !== undefined) return { reason: explainWatched(watched, cellAt(watched.at)) };
  if (status !== undefined || form.lists) return { status };
  return decideSilence(form, cellAt, silent);
}

/** Decides for people if no column says that they agreed or left. */
function decideSilence(
  form: ImportForm,
  cellAt: (place: number) => string,
  silent: ImportColumn | undefined,
): DecidedStatus | { readonly reason: string } {
  if (silent?.as === 'confirmed') return { status: 'pending' };
  const evidence = form.columns.filter(({ as }) => as !== undefined && EVIDENCE.includes(as));
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

function isEvidence({ as }: ImportColumn, cell: string, form: ImportForm): boolean {
  if (as === 'consent-at') return decide(as, cell, form) === 'neutral';
  const said = readWord(cell);
  return said !== 'nothing' && said !== 'no';
}

/** Answers repeat, so the first ones are cached, up to this number. */
const MOST_KEPT = 1000;

const KEPT = new WeakMap<ImportForm, Map<string, Decision>>();

function decide(meaning: Meaning, cell: string, form: ImportForm): Decision {
  const kept = KEPT.get(form) ?? new Map<string, Decision>();
  KEPT.set(form, kept);
  const key = `${meaning}:${cell}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const decision = readDecision(meaning, cell, form.words);
  if (kept.size < MOST_KEPT) kept.set(key, decision);
  return decision;
}

/** Undefined: the cell names the newsletter of this import, which says nothing more. */
function isOtherNewsletter(
  cell: string,
  form: ImportForm,
  { newsletter }: RowPurpose,
): boolean | undefined {
  if (foldWords(cell) === foldWords(newsletter)) return undefined;
  return decide('newsletter', cell, form) === 'unclear';
}

function explainOther(cell: string): string {
  return `is of the newsletter "${shortLine(cell) ?? ''}"; import it there`;
}

function explainUnclear({ name }: ImportColumn, cell: string): string {
  const word = shortLine(cell) ?? '';
  return `has "${word}" in the column "${name}", which is not understood; write active, pending or unsubscribed, or say what it means with --value "${word}=STATUS"`;
}

function explainWatched({ name }: ImportColumn, cell: string): string {
  const word = shortLine(cell) ?? '';
  return `has "${word}" in the column "${name}", which is not used; say what it is with --column "${name}=status", or leave it aside with --ignore-column "${name}"`;
}
