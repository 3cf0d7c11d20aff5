import { join } from 'node:path';
import { readRegularFile } from '../../kernel/regular-file.ts';

/** File in the output folder with the fingerprint of each history document. */
export const HISTORY_MANIFEST = '.history.json';

/**
 * Reads the fingerprint of every history document in `folder`, by path. Empty if the file is
 * missing or unreadable: the documents are then rendered again, which does no harm.
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

/** The manifest's text for `fingerprints`. */
export function historyManifestText(fingerprints: ReadonlyMap<string, string>): string {
  return `${JSON.stringify(Object.fromEntries(fingerprints), null, 2)}\n`;
}
