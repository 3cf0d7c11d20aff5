import { join } from 'node:path';
import { readRegularFile } from '../../kernel/regular-file.ts';

/** Remembers, in the output folder, what each history document was made of. */
export const HISTORY_MANIFEST = '.history.json';

/**
 * The fingerprint of every history document in `folder`, by its path. Empty where the file is
 * missing or says nothing that can be read: the documents are then made again, which harms nobody.
 */
export function readHistoryManifest(folder: string): Map<string, string> {
  try {
    const entries: unknown = JSON.parse(
      readRegularFile(join(folder, HISTORY_MANIFEST), Number.POSITIVE_INFINITY).toString(),
    );
    if (typeof entries !== 'object' || entries === null) return new Map();
    return new Map(Object.entries(entries).map(([path, value]) => [path, String(value)]));
  } catch {
    return new Map();
  }
}

/** The text of the file for `fingerprints`. */
export function historyManifestText(fingerprints: ReadonlyMap<string, string>): string {
  return `${JSON.stringify(Object.fromEntries(fingerprints), null, 2)}\n`;
}
