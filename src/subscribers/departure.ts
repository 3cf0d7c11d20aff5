import type { DepartedStatus } from '../database/states.ts';
import type { Edition } from '../editions/edition.ts';

/** Somebody who must get no more mail, unless they ask for it again. */
export interface Departure {
  /** Undefined: all newsletters, because the person was erased. */
  readonly newsletter?: string;
  /** Keyed hash of `addressKey(address)`. It does not reveal the address. */
  readonly addressHash: string;
  readonly status: DepartedStatus | 'erased';
  /** ISO 8601 instant. */
  readonly at: string;
}

/** An editor undid a bounce. The bounce no longer counts. */
export interface Return {
  readonly newsletter: string;
  /** As in `Departure`. */
  readonly addressHash: string;
  /** ISO 8601 instant. */
  readonly at: string;
}

/** A newsletter got another id. */
export interface Rename {
  readonly newsletter: string;
  readonly renamedTo: string;
  /** ISO 8601 instant. */
  readonly at: string;
}

/** Messages of an edition are being sent, or were sent after the previous line of this kind. */
export interface SendMark {
  readonly edition: string;
  /** ISO 8601 instant. */
  readonly at: string;
  /** What the edition was composed from, once for each run. A backup may be older than the edition. */
  readonly composed?: Omit<Edition, 'id' | 'html' | 'text'>;
}

/** A line of the journal as the database stores it. `id` is random. */
export type JournalLine = { readonly id: string } & (
  | (Departure & { readonly kind: 'departure' })
  | (Return & { readonly kind: 'return' })
  | (SendMark & { readonly kind: 'send' })
  | (Rename & { readonly kind: 'rename' })
);

/** A line of the journal file beside the database. `database` is the identity of the database. */
export type JournalEntry = JournalLine & { readonly database: string };
