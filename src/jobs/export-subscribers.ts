import type { SubscriptionStatus } from '../model/subscriber.ts';
import type { StoreDependencies } from './mail-dependencies.ts';

/** The subscribers as CSV (RFC 4180), in pieces, header first; a spreadsheet runs no cell of it. */
export async function* exportSubscribers(
  _deps: StoreDependencies,
  _options: { readonly newsletter?: string; readonly status?: SubscriptionStatus },
): AsyncGenerator<string> {
  yield '';
  throw new Error('not implemented yet');
}
