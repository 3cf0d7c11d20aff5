/** The results of the accepted lines of an import. Each line counts once. */
export interface ImportCounts {
  /** New and active. */
  added: number;
  /** New, and has to confirm. */
  pending: number;
  /** New, and the file says that they left. Stored with that status, so nothing subscribes them again. */
  left: number;
  /** Already known, not changed. */
  already: number;
  /** Left, bounced, complained or were erased here, and stay so. */
  kept: number;
  /** Was subscribed here, and the file says that they left. */
  ended: number;
  /** Repeated in the same file. */
  duplicates: number;
}

/** All counters at zero. */
export function noCounts(): ImportCounts {
  return { added: 0, pending: 0, left: 0, already: 0, kept: 0, ended: 0, duplicates: 0 };
}
