import type { BuiltFeed } from '../../feeds/build/build-report.ts';
import type { Problem } from '../../kernel/problem.ts';

/** What the archive has now, and what had to be written for it. */
export interface ArchiveReport {
  /** Absolute path of the archive in the output folder. */
  readonly folder: string;
  /** Editions that have a page. */
  readonly editions: number;
  /** Files that were written or replaced, feeds included. */
  readonly changed: number;
  /** Pages that were taken away: their edition was cancelled, or has no archive any more. */
  readonly removed: number;
  readonly feeds: readonly BuiltFeed[];
  readonly warnings: readonly Problem[];
}
