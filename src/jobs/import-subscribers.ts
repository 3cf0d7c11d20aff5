import type { StoreDependencies } from './mail-dependencies.ts';

export interface ImportOptions {
  readonly newsletter?: string;
  /** Name of the source for the record of consent and for messages: the file's path. */
  readonly source: string;
  /** A file stream, or standard input. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Of people whose status the file does not tell. Default: active. */
  readonly status?: 'active' | 'pending';
  /** Reads and counts, stores nothing. */
  readonly dryRun?: boolean;
}

export interface ImportReport {
  readonly newsletter: string;
  /** Lines with something on them, the header not counted. */
  readonly read: number;
  readonly added: number;
  /** Known already, and left as they were. */
  readonly already: number;
  /** Left, bounced or complained earlier: an import never brings them back. */
  readonly kept: number;
  /** Active ones that the file says have left. */
  readonly ended: number;
  /** Said a second time in the same file. */
  readonly duplicates: number;
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
}

/**
 * Reads a CSV file (with a header row that has an `email` column) or a list of addresses, one a
 * line, and stores them in one transaction: the lines that are refused are named, the others go in;
 * when anything else fails, nothing does.
 */
export async function importSubscribers(
  _deps: StoreDependencies,
  _options: ImportOptions,
): Promise<ImportReport> {
  throw new Error('not implemented yet');
}
