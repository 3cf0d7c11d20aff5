import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Publication } from '../../../src/feeds/publish/publish.ts';
import type { Config } from '../../../src/settings/config.ts';
import { serveFiles } from '../../../src/web/files/serve-files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { openTestSite } from '../../support/test-site.ts';
import { openServedTestSite, type ServedTestSite } from '../../support/web.ts';

/** When the files of the tests were changed: a Thursday. */
export const CHANGED = new Date('2026-03-19T18:00:05Z');

/** A folder of published files, and a server before it. */
export interface ServedFolder extends ServedTestSite {
  readonly folder: string;
  /** Publishes files as a build does, and sets their times to `at` unless it is `now`. */
  publish(files: Readonly<Record<string, string>>, at?: Date | 'now'): Promise<void>;
}

export interface FolderOptions {
  readonly publicUrl?: string;
  readonly feeds?: Partial<Config['feeds']>;
  readonly others?: Readonly<Record<string, string | Uint8Array>>;
  /** The machine's clock is ahead: no file was changed just now, so answers are remembered at once. */
  readonly isLater?: boolean;
}

/** Opens a folder with `others` in it, which nothing published. */
export async function openFolder(
  t: TestContext,
  { publicUrl = 'https://paper.example/news/', feeds, others, isLater = false }: FolderOptions = {},
): Promise<ServedFolder> {
  const opened = await openTestSite(t);
  const { config } = opened.deps;
  const machineClock = isLater
    ? () => Temporal.Now.instant().add({ hours: 1 })
    : opened.deps.machineClock;
  const testSite = { ...opened, deps: { ...opened.deps, machineClock } };
  const folder = temporaryFolder(t, others);
  const web = await openServedTestSite(t, [serveFiles], {
    testSite,
    config: {
      publicUrl,
      serviceUrl: publicUrl,
      folders: { ...config.folders, output: folder },
      feeds: { ...config.feeds, publicUrl, ...feeds },
    },
  });
  return {
    ...web,
    folder,
    async publish(files, at: Date | 'now' = CHANGED) {
      const publication = new Publication(folder);
      try {
        for (const [path, text] of Object.entries(files)) publication.put(path, text);
        await publication.commit();
      } finally {
        publication.close();
      }
      if (at === 'now') return;
      for (const path of Object.keys(files)) {
        for (const ending of ['', '.br', '.gz']) touch(join(folder, path + ending), at);
      }
    },
  };
}

function touch(path: string, at: Date): void {
  try {
    utimesSync(path, at, at);
  } catch {
    // Tiny files have no compressed copies.
  }
}
