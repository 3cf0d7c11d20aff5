import { stringify } from 'csv-stringify/sync';
import type { StoreDependencies } from '../database/dependencies.ts';
import type { SubscriptionStatus } from '../database/states.ts';
import { defuseCell } from './defuse-cell.ts';
import { listSubscribers } from './list-subscribers.ts';
import type { Subscriber } from './subscriber.ts';

/** The columns of an export, in order. */
const COLUMNS: Readonly<Record<string, (subscriber: Subscriber) => string | undefined>> = {
  email: ({ address }) => address,
  name: ({ name }) => name,
  status: ({ status }) => status,
  newsletter: ({ newsletter }) => newsletter,
  consent_at: ({ consent }) => consent.at,
  consent_source: ({ consent }) => consent.source,
  consent_text: ({ consent }) => consent.text,
  consent_ip_hash: ({ consent }) => consent.ipHash,
  confirmed_at: ({ consent }) => consent.confirmedAt,
  changed_at: ({ changedAt }) => changedAt,
};

/**
 * The subscribers as CSV (RFC 4180), in pieces, header first. No cell is a formula for a spreadsheet.
 * `importSubscribers` can read the file.
 */
export async function* exportSubscribers(
  deps: StoreDependencies,
  options: { readonly newsletter?: string; readonly status?: SubscriptionStatus },
): AsyncGenerator<string> {
  const csv = (rows: string[][]) => stringify(rows, { record_delimiter: '\r\n' });
  yield csv([Object.keys(COLUMNS)]);
  const cells = Object.values(COLUMNS);
  for await (const page of listSubscribers(deps, options)) {
    yield csv(page.map((subscriber) => cells.map((cell) => defuseCell(cell(subscriber) ?? ''))));
  }
}
