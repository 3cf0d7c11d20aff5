import type { Database } from './tables.ts';

/** A database that is connected, whatever is in it. */
export interface OpenDatabase {
  readonly db: Database;
  /** For messages: the file, or host, port and name. Never a password. */
  readonly place: string;
  /** To be called once it is known to be ours, before anything is stored. */
  claim(): Promise<void>;
  /** `Store.leaseClock` */
  leaseClock(): Promise<Temporal.Instant>;
  /** `Store.verify` */
  verify(): Promise<void>;
}
