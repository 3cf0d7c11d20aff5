import type { BuiltFeed } from '../../feeds/build/build-report.ts';
import type { Problem } from '../../kernel/problem.ts';

/** The contents of the archive, and what was written for it. */
export interface ArchiveReport {
  /** Absolute path of the archive in the output folder. */
  readonly folder: string;
  /** Number of editions with a page. */
  readonly editions: number;
  /** Number of files that were written or replaced, including feeds. */
  readonly changed: number;
  /**
   * Number of pages that were removed: their edition was cancelled, or no longer has an archive.
   */
  readonly removed: number;
  readonly feeds: readonly BuiltFeed[];
  readonly warnings: readonly Problem[];
}
