import type { NewsletterSettings } from '../../settings/settings.ts';

/** An edition in a list. */
export interface ListedEdition {
  readonly id: string;
  readonly newsletter: string;
  /** `2026-03-20` */
  readonly day: string;
  readonly subject: string;
  /** ISO 8601 instant when it was sent. */
  readonly plannedAt: string;
}

/** A newsletter and its editions, newest first. */
export interface ListedArchive {
  readonly newsletter: NewsletterSettings;
  readonly editions: readonly ListedEdition[];
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
  readonly editions: readonly ListedEdition[];
}

/** Most editions on one page. With more, each year has its own page. */
const MOST_EDITIONS = 200;

/**
 * Plans the pages that list editions: one for all listed newsletters, and those of each newsletter
 * with an archive. The page of a past year never changes again.
 */
export function planLists(archives: readonly ListedArchive[]): readonly ArchiveList[] {
  if (archives.length === 0) return [];
  const all = archives
    .filter(({ newsletter }) => newsletter.listed)
    .flatMap(({ editions }) => editions)
    .toSorted(newestFirst)
    .slice(0, MOST_EDITIONS);
  return [{ path: 'archive', years: [], editions: all }, ...archives.flatMap(listsOf)];
}

function listsOf({ newsletter, editions }: ListedArchive): ArchiveList[] {
  const path = `archive/${newsletter.id}`;
  if (editions.length <= MOST_EDITIONS) return [{ path, newsletter, years: [], editions }];
  const byYear = Map.groupBy(editions, ({ day }) => day.slice(0, 4));
  const years = [...byYear.keys()].toSorted().toReversed();
  const newest = byYear.get(years[0] ?? '') ?? [];
  return [
    { path, newsletter, years, editions: newest },
    ...years.map((year) => ({
      ...{ path: `${path}/${year}`, newsletter, year, years },
      editions: byYear.get(year) ?? [],
    })),
  ];
}

function newestFirst(a: ListedEdition, b: ListedEdition): number {
  if (a.plannedAt !== b.plannedAt) return a.plannedAt < b.plannedAt ? 1 : -1;
  return a.id < b.id ? 1 : -1;
}
