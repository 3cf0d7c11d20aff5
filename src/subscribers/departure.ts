import type { DepartedStatus } from '../database/states.ts';
import type { Edition } from '../editions/edition.ts';

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

/** An editor undid a bounce: it counts no more. */
export interface Return {
  readonly newsletter: string;
  /** As of a departure. */
  readonly addressHash: string;
  /** ISO 8601 instant. */
  readonly at: string;
}

/** A newsletter has another id since. */
export interface Rename {
  readonly newsletter: string;
  readonly renamedTo: string;
  /** ISO 8601 instant. */
  readonly at: string;
}

/** Messages of an edition are going out, or have gone out since the last such line. */
export interface SendMark {
  readonly edition: string;
  /** ISO 8601 instant. */
  readonly at: string;
  /** What it was made of, once for each run: a backup may have been made before it was composed. */
  readonly composed?: Omit<Edition, 'id' | 'html' | 'text'>;
}

/** What a database knows of a line of its journal. `id` is random. */
export type JournalLine = { readonly id: string } & (
  | (Departure & { readonly kind: 'departure' })
  | (Return & { readonly kind: 'return' })
  | (SendMark & { readonly kind: 'send' })
  | (Rename & { readonly kind: 'rename' })
);

/** A line of the journal beside the database, `database` being the identity of the database. */
export type JournalEntry = JournalLine & { readonly database: string };
