import { decodeWords } from 'postal-mime';
import type { StoreDependencies } from '../database/dependencies.ts';
import { storedInstant } from '../database/instants.ts';
import type { FeedbackKind } from '../database/states.ts';
import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import { oneLine } from '../kernel/one-line.ts';
import { readHeaders } from './mail/parse-mail.ts';
import { countFeedback } from './queries/feedback.ts';
import { type KeptMail, listKeptMails } from './queries/kept-mails.ts';

/** A mail that was not understood, for a list. */
export interface KeptSummary extends Omit<KeptMail, 'content' | 'key'> {
  /** Names it on the command line. */
  readonly id: string;
  readonly from: string;
  readonly subject: string;
}

/** What came back. */
export interface ReturnedReport {
  /** How many reports of each kind came in the last `DAYS`. */
  readonly counts: Readonly<Partial<Record<FeedbackKind, number>>>;
  /** Newest first. */
  readonly kept: readonly KeptSummary[];
}

export const DAYS = 30;

/** The counts of the last days, and the mails that were not understood. */
export async function listReturned(
  deps: Pick<StoreDependencies, 'store' | 'clock'>,
): Promise<ReturnedReport> {
  const kept = await listKeptMails(deps.store.db);
  return { counts: await countReturned(deps), kept: kept.map(summarize) };
}

/** How many reports of each kind came in the last `DAYS`. */
export async function countReturned({
  store,
  clock,
}: Pick<StoreDependencies, 'store' | 'clock'>): Promise<ReturnedReport['counts']> {
  return countFeedback(store.db, storedInstant(clock().subtract({ hours: 24 * DAYS })));
}

/** A kept mail as it came, a character for each byte. Throws a usage error for an unknown id. */
export async function showKept(
  { store: { db } }: Pick<StoreDependencies, 'store'>,
  id: string,
): Promise<string> {
  const found = (await listKeptMails(db)).find(({ key }) => idOf(key) === id);
  if (found !== undefined) return found.content;
  const remedy = '`broadsheet inbound list` shows all';
  throw new BroadsheetError(EXIT.usage, `no kept mail has the id ${id}; ${remedy}`);
}

function summarize({ key, at, source, reason, sizeBytes, content }: KeptMail): KeptSummary {
  const headers = readHeaders(content.replace(/\r\n?/g, '\n'));
  const value = (name: string) => oneLine(decodeWords(headers.get(name)?.[0]?.slice(0, 400) ?? ''));
  return {
    id: idOf(key),
    at,
    source,
    reason,
    sizeBytes,
    from: value('from'),
    subject: value('subject'),
  };
}

/** The beginning of the hash: short enough to type. */
function idOf(key: string): string {
  return key.replace('unknown ', '').slice(0, 10);
}
