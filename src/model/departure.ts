import type { DepartedStatus } from './subscriber.ts';

/** Somebody is not to be mailed again, unless they ask themselves. */
export interface Departure {
  /** Undefined: all newsletters (somebody who was erased). */
  readonly newsletter?: string;
  /** Keyed hash of `addressKey(address)`: it tells nobody who that is. */
  readonly addressHash: string;
  readonly status: DepartedStatus | 'erased';
  /** ISO 8601 instant. */
  readonly at: string;
}

/** A line of the journal beside the database. `id` is random, `database` the identity of the database. */
export type JournalEntry = { readonly id: string; readonly database: string } & (
  | (Departure & { readonly kind: 'departure' })
  /** The database began to send an edition. */
  | { readonly kind: 'send'; readonly edition: string; readonly at: string }
);
