import { stringify } from 'csv-stringify/sync';
import type { StoreDependencies } from '../database/dependencies.ts';
import type { SubscriptionStatus } from '../database/states.ts';
import { defuseCell } from './defuse-cell.ts';
import { listSubscribers } from './list-subscribers.ts';
import type { Subscriber } from './subscriber.ts';

const COLUMNS = [
  'email',
  'name',
  'status',
  'newsletter',
  'consent_at',
  'consent_source',
  'consent_text',
  'consent_ip_hash',
  'confirmed_at',
  'changed_at',
] as const;

/**
 * The subscribers as CSV (RFC 4180), in pieces, header first. No cell is a formula for a spreadsheet.
 * `importSubscribers` can read the file.
 */
export async function* exportSubscribers(
  deps: StoreDependencies,
  options: { readonly newsletter?: string; readonly status?: SubscriptionStatus },
): AsyncGenerator<string> {
  yield csv([COLUMNS]);
  for await (const page of listSubscribers(deps, options)) {
    yield csv(page.map((subscriber) => cellsOf(subscriber).map(defuseCell)));
  }
}

/** In the order of `COLUMNS`. */
function cellsOf(subscriber: Subscriber): readonly string[] {
  const { address, name = '', status, newsletter, consent, changedAt } = subscriber;
  const { at, source, text = '', ipHash = '', confirmedAt = '' } = consent;
  return [address, name, status, newsletter, at, source, text, ipHash, confirmedAt, changedAt];
}

function csv(rows: readonly (readonly string[])[]): string {
  return stringify(
    rows.map((row) => [...row]),
    { record_delimiter: '\r\n' },
  );
}
