import type { Database } from './tables.ts';

/** A connected database with any content. */
export interface OpenDatabase {
  readonly db: Database;
  /** For messages: the file, or host, port and name. Never a password. */
  readonly place: string;
  /** Call this once the database is known to be ours, before anything is stored. */
  claim(): Promise<void>;
  /** `Store.leaseClock` */
  leaseClock(): Promise<Temporal.Instant>;
  /** `Store.verify` */
  verify(): Promise<void>;
}
