import { documentUrl, FORMATS } from '../../feeds/formats.ts';
import { oneLine } from '../../kernel/one-line.ts';
import type { Texts, TextsOf } from '../../kernel/texts.ts';
import { dayInWords } from '../../pages/latest-posts.ts';
import { newsletterView } from '../../pages/layout-scope.ts';
import { openPages, type Pages } from '../../pages/open-pages.ts';
import { readWebTemplates } from '../../pages/web-templates.ts';
import type { Config } from '../../settings/config.ts';
import type { FeedSettings, NewsletterSettings } from '../../settings/settings.ts';
import type { ArchivedEdition } from '../queries/archived-editions.ts';
import { archivePath } from './archive-feed.ts';

/** A newsletter and its editions in the archive. */
export interface NewsletterArchive {
  readonly newsletter: NewsletterSettings;
  /** Newest first. */
  readonly editions: readonly ArchivedEdition[];
}

/** A page that lists editions. */
export interface ArchiveList {
  /** Its folder in the output folder: `archive`, `archive/daily`, `archive/daily/2026`. */
  readonly path: string;
  /** Absent on the page of all newsletters. */
  readonly newsletter?: NewsletterSettings;
  /** Set on the page of one year. */
  readonly year?: string;
  /** The years that have their own pages, newest first. */
  readonly years: readonly string[];
  /** Newest first. */
  readonly editions: readonly ArchivedEdition[];
}

/** Most editions on one page. With more, each year has its own page. */
const MOST_EDITIONS = 200;

/**
 * Plans the pages that list editions: one for all listed newsletters, and those of each newsletter
 * with an archive. The page of a past year never changes again.
 */
export function planLists(archives: readonly NewsletterArchive[]): readonly ArchiveList[] {
  if (archives.length === 0) return [];
  const all = archives
    .filter(({ newsletter }) => newsletter.listed)
    .flatMap(({ editions }) => editions)
    .toSorted(newestFirst)
    .slice(0, MOST_EDITIONS);
  return [{ path: 'archive', years: [], editions: all }, ...archives.flatMap(listsOf)];
}

function listsOf({ newsletter, editions }: NewsletterArchive): ArchiveList[] {
  const path = `archive/${newsletter.id}`;
  if (editions.length <= MOST_EDITIONS) return [{ path, newsletter, years: [], editions }];
  const byYear = Map.groupBy(editions, ({ day }) => day.slice(0, 4));
  const years = [...byYear.keys()].toSorted().toReversed();
  const newest = byYear.get(years[0] ?? '') ?? [];
  return [
    { path, newsletter, years, editions: newest },
    ...years.map((year) => ({
      path: `${path}/${year}`,
      newsletter,
      year,
      years,
      editions: byYear.get(year) ?? [],
    })),
  ];
}

function newestFirst(a: ArchivedEdition, b: ArchivedEdition): number {
  if (a.plannedAt !== b.plannedAt) return a.plannedAt < b.plannedAt ? 1 : -1;
  return a.id < b.id ? 1 : -1;
}

/** The pages that list editions, and their files. */
export type ArchiveLists = ReturnType<typeof openArchiveLists>;

/**
 * Opens the pages that list editions, in the site's look, with the files that they need. Any web
 * server can therefore show them. Throws a `BroadsheetError` (config) if a template is broken.
 */
export function openArchiveLists(config: Config, textsOf: TextsOf) {
  const texts = textsOf(config.web.language);
  const pages = openPages(config, readWebTemplates(config.folders.webTemplates), texts, 'output');
  return {
    /** Returns a whole document. `newsletters` are those with an archive. */
    render(list: ArchiveList, newsletters: readonly NewsletterSettings[]): string {
      const shown = list.newsletter === undefined ? newsletters : [list.newsletter];
      return pages.render({
        name: 'archive',
        path: `${list.path}/`,
        title: titleOf(list, texts),
        description: list.newsletter && oneLine(list.newsletter.description),
        isIndexed: shown.every(({ archive }) => archive === 'indexed'),
        scope: scopeOf(list, newsletters, pages, config.feeds),
      });
    },
    /** Files that the pages link to, by path in the output folder. */
    files: new Map(pages.assets.map(({ name, body }) => [`assets/${name}`, body])),
  };
}

function titleOf({ newsletter, year }: ArchiveList, texts: Texts): string {
  if (newsletter === undefined) return texts.text('site.archive.title');
  const values = { newsletter: oneLine(newsletter.name) };
  if (year === undefined) return texts.text('site.archive.title_of', values);
  return texts.text('site.archive.title_of_year', { ...values, year });
}

function scopeOf(
  { newsletter, path, year, years, editions }: ArchiveList,
  newsletters: readonly NewsletterSettings[],
  { common: { published, has_service: hasService }, texts }: Pages,
  feeds: FeedSettings,
): object {
  const views = new Map(
    newsletters.map((each) => [each.id, newsletterView(each, published, texts)]),
  );
  const top = newsletter === undefined ? path : archivePath(newsletter.id);
  const listed = newsletters.filter((each) => each.listed);
  const months = Map.groupBy(editions, ({ day }) => day.slice(0, 7));
  return {
    newsletter: newsletter === undefined ? null : views.get(newsletter.id),
    is_offered: hasService && newsletter?.listed === true,
    archives: newsletter === undefined ? listed.map(({ id }) => views.get(id)) : [],
    years: years.map((each) => ({
      name: each,
      path: `${published}${top}/${each}/`,
      is_this: each === year,
    })),
    months: [...months].map(([month, some]) => ({
      name: dayInWords(`${month}-15`, texts, { month: 'long', year: 'numeric' }),
      editions: some.map(({ id, newsletter: of, day, subject }) => ({
        newsletter: views.get(of),
        day,
        date: dayInWords(day, texts, { weekday: 'long', day: 'numeric', month: 'long' }),
        subject: oneLine(subject),
        path: `${published}${archivePath(id)}/`,
      })),
    })),
    feeds: (newsletter === undefined ? [] : feeds.formats).map((format) => ({
      name: FORMATS[format].name,
      type: FORMATS[format].type,
      url: documentUrl(feeds.publicUrl, top, format),
    })),
  };
}
