import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchiveLists } from '../../src/editions/archive/archive-lists.ts';
import { publishArchive } from '../../src/editions/archive/publish-archive.ts';
import { INDEX_MARK } from '../../src/feeds/formats.ts';
import type { Config } from '../../src/settings/config.ts';
import type { FeedSettings, NewsletterSettings } from '../../src/settings/settings.ts';
import { readTexts } from '../../src/templates/read-texts.ts';
import { changed } from './sending.ts';
import { NEWSLETTER, type TestSite } from './test-site.ts';

export const textsOf = readTexts('/nowhere');

/** Lists of editions in no look at all. */
export const PLAIN_LISTS: ArchiveLists = {
  render: ({ path, editions }) =>
    `<!DOCTYPE html><title>${path}</title>${INDEX_MARK}${editions.map(({ id }) => id).join()}`,
  files: new Map(),
};

/** What a test changes for one run. */
export interface ArchiveChanges {
  readonly newsletter?: Partial<NewsletterSettings>;
  readonly feeds?: Partial<FeedSettings>;
  readonly siteTitle?: string;
}

/** The output folder of a test site, and its archive. */
export interface ArchiveOf {
  publish(changes?: ArchiveChanges): ReturnType<typeof publishArchive>;
  /** Files of the output folder, without compressed copies and what programs keep for themselves. */
  files(): string[];
  read(path: string): string;
  /** Every byte of every file, hidden ones and the unpacked compressed copies too. */
  everything(): string;
}

/** The archive of `testSite`, with all formats of feeds, and lists in no look unless `listsOf` gives one. */
export function archiveOf(
  testSite: TestSite,
  listsOf: (config: Config) => ArchiveLists = () => PLAIN_LISTS,
): ArchiveOf {
  const folder = testSite.deps.config.folders.output;
  const read = (path: string) => readFileSync(join(folder, path), 'utf8');
  const all = () =>
    globSync('**/{*,.*}', { cwd: folder, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .toSorted();
  return {
    publish: ({ newsletter = {}, feeds = {}, siteTitle } = {}) => {
      const { config } = testSite.deps;
      const deps = changed(testSite, {
        newsletter,
        feeds: { ...config.feeds, formats: ['rss', 'atom', 'json'], ...feeds },
        ...(siteTitle === undefined ? {} : { site: { ...config.site, title: siteTitle } }),
      });
      return publishArchive({ ...deps, textsOf, lists: listsOf(deps.config) });
    },
    files: () => all().filter((path) => !/(^|\/)\.|\.(br|gz)$/.test(path)),
    read,
    everything: () => all().map(read).join('\n'),
  };
}

/** Where the page of an edition is, and that of the newsletter, in the output folder. */
export const pageOf = (edition: string) => `archive/${edition}/index.html`;
export const ARCHIVE = `archive/${NEWSLETTER}`;
