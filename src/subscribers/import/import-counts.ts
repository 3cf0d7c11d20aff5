/** What became of the lines of an import that were not refused; every one is counted once. */
export interface ImportCounts {
  /** New and active. */
  added: number;
  /** New, and to be asked to confirm. */
  pending: number;
  /** New, and the file says that they left: stored as such, so that nothing brings them back. */
  left: number;
  /** Known already, and left as they were. */
  already: number;
  /** Left, bounced, complained or were erased here: they are kept away. */
  kept: number;
  /** Subscribed here, and the file says that they left. */
  ended: number;
  /** Said a second time in the same file. */
  duplicates: number;
}

/** Counts of nothing yet. */
export function noCounts(): ImportCounts {
  return { added: 0, pending: 0, left: 0, already: 0, kept: 0, ended: 0, duplicates: 0 };
}
