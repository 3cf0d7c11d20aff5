import type { Problem } from '../kernel/problem.ts';
import type { PublishedPost } from '../posts/ids/published-posts.ts';
import type { Story } from '../posts/post.ts';
import { newestFirst } from '../posts/post.ts';
import type { FeedSettings, SiteSettings } from '../settings/settings.ts';
import type { Feed } from './feed.ts';
import { type NamedFolder, nameFolders, nameKey } from './feed-name.ts';

/** What becomes one item of a feed, before rendering. */
export interface FeedEntry {
  /** The id of the story's first post. */
  readonly id: string;
  readonly story: Story;
  /** Page address of the shown post. Different from every other entry's. */
  readonly url: string;
}

/**
 * Lists one entry for each story, or for each post, as `settings.stories` says. Newest first by the
 * date of the first post, then by slug, then by file. `idOf` has the ids by file.
 */
export function listEntries(
  stories: readonly Story[],
  idOf: ReadonlyMap<string, string>,
  settings: Pick<FeedSettings, 'stories'>,
): FeedEntry[] {
  const told = settings.stories === 'one' ? [...stories] : stories.flatMap(oneForEachPost);
  const entries = told
    .sort((a, b) => newestFirst(a.first, b.first))
    .map((story) => ({
      id: idOf.get(story.first.file) ?? story.first.url,
      story,
      url: story.shown.url,
    }));
  return withDistinctUrls(entries);
}

function oneForEachPost(story: Story): Story[] {
  return story.posts.map((post) => ({ shown: post, first: post, posts: [post] }));
}

/**
 * Two posts at one address are a mistake in the site; reading the posts has already warned of it.
 * Readers that identify items by their links would show only one. The oldest keeps the address, the
 * others get a fragment.
 */
function withDistinctUrls(entries: readonly FeedEntry[]): FeedEntry[] {
  const taken = new Set<string>();
  const distinct = entries.toReversed().map((entry) => {
    const own = taken.has(entry.url) ? { ...entry, url: freeUrl(entry, taken) } : entry;
    taken.add(own.url);
    return own;
  });
  return distinct.reverse();
}

function freeUrl({ url, story }: FeedEntry, taken: ReadonlySet<string>): string {
  const bySlug = `${url}#${encodeURIComponent(story.shown.slug)}`;
  return taken.has(bySlug) ? `${url}#${encodeURIComponent(story.shown.file)}` : bySlug;
}

export type FeedKind = 'main' | 'category' | 'author' | 'tag' | 'language' | 'history';

/** The entries of one feed document, before rendering. */
export interface FeedPlan {
  readonly kind: FeedKind;
  /** Folder relative to the output folder, as in `Feed`. */
  readonly path: string;
  /** The name of the category, author, tag or language. */
  readonly name: string;
  readonly title: string;
  /** BCP 47. Absent: the site's. */
  readonly language?: string;
  /** Newest first. */
  readonly entries: readonly FeedEntry[];
  readonly history?: Feed['history'];
}

export interface PlanInput {
  readonly entries: readonly FeedEntry[];
  /** Every post that was ever published. The order decides which history document has an entry. */
  readonly published: readonly PublishedPost[];
  readonly site: SiteSettings;
  readonly settings: FeedSettings;
  /** Whether a history document that is no longer updated still exists and can be linked. */
  readonly hasHistoryDocument: (number: number) => boolean;
}

/** Plans the feeds to publish: the main feed, then categories, authors, tags, languages, then history. */
export function planFeeds(input: PlanInput): {
  readonly plans: readonly FeedPlan[];
  readonly warnings: readonly Problem[];
} {
  const { entries, site, settings } = input;
  const history = planHistory(input);
  const newest = history.at(-1);
  const main: FeedPlan = {
    kind: 'main',
    path: '',
    name: site.title,
    title: site.title,
    entries: entries.slice(0, settings.items),
    history: newest && { isArchive: false, previous: newest.path },
  };
  const beside = [
    settings.categories ? planNamed(input, 'category', 'categories') : [],
    settings.authors ? planNamed(input, 'author', 'authors') : [],
    settings.tags ? planNamed(input, 'tag', 'tags') : [],
  ].flat();
  const languages = settings.languages ? planLanguages(input) : [];
  return {
    plans: [main, ...beside.map(({ plan }) => plan), ...languages, ...history],
    warnings: beside.flatMap(({ warnings }) => warnings),
  };
}

/** Plans a feed for each language of the posts. A feed has the name of its language in that language. */
function planLanguages({ entries, site, settings }: PlanInput): FeedPlan[] {
  const languages = Map.groupBy(entries, ({ story }) => story.shown.language ?? site.language);
  return [...languages].map(([language, members]) => {
    const name = new Intl.DisplayNames(language, { type: 'language' }).of(language) ?? language;
    return {
      kind: 'language',
      path: `languages/${language.toLowerCase()}`,
      name,
      title: `${site.title}: ${name}`,
      language,
      entries: members.slice(0, settings.items),
    };
  });
}

/** Plans a feed for each name in the field `root` of the posts, in a folder called `root`. */
function planNamed(
  { entries, site, settings }: PlanInput,
  kind: FeedKind,
  root: 'categories' | 'authors' | 'tags',
) {
  const firstFile = new Map<string, string>();
  const byKey = new Map<string, FeedEntry[]>();
  // Oldest first: of names that collide, the earliest keeps the plain folder for good.
  for (const entry of entries.toReversed()) {
    for (const named of entry.story.shown[root]) {
      const name = typeof named === 'string' ? named : named.name;
      if (nameKey(name) === '') continue;
      if (!firstFile.has(name)) firstFile.set(name, entry.story.shown.file);
      const listed = byKey.get(nameKey(name)) ?? [];
      if (listed.at(-1) !== entry) listed.push(entry);
      byKey.set(nameKey(name), listed);
    }
  }
  return nameFolders(firstFile.keys()).map((named) => ({
    plan: {
      kind,
      path: `${root}/${named.folder}`,
      name: named.name,
      title: `${site.title}: ${named.name}`,
      entries: (byKey.get(nameKey(named.name)) ?? []).slice(-settings.items).reverse(),
    },
    warnings: warningsOf(kind, root, named, firstFile),
  }));
}

function warningsOf(
  kind: FeedKind,
  root: string,
  { name, folder, spellings, collidesWith }: NamedFolder,
  firstFile: ReadonlyMap<string, string>,
): Problem[] {
  const variants = spellings.slice(1).map((spelling) => ({
    file: firstFile.get(spelling) ?? '',
    message: `writes the ${kind} "${name}" as "${spelling}"; they share one feed, write it one way`,
  }));
  if (collidesWith === undefined) return variants;
  return [
    {
      file: firstFile.get(name) ?? '',
      message: `has the ${kind} "${name}", whose feed would be in the folder of "${collidesWith}"; it is in ${root}/${folder}/ instead`,
    },
    ...variants,
  ];
}

/**
 * Plans the history documents to keep (RFC 5005 §4), oldest first. Empty if the live feed contains
 * all entries. Document n (1 is the oldest) has the entries whose posts are the lines (n - 1) *
 * items + 1 to n * items of the published posts. So an entry never moves, and a full document stays
 * unchanged. Posts that are gone, or belong to an earlier post's entry, leave a gap.
 */
function planHistory(input: PlanInput): FeedPlan[] {
  const { entries, published, site, settings } = input;
  const { items, historyDocuments } = settings;
  const count = Math.ceil(published.length / items);
  const kept = historyDocuments === 'all' ? count : Math.min(historyDocuments, count);
  if (kept === 0 || entries.length <= items) return [];
  const oldest = count - kept + 1;
  const documentOf = new Map(published.map(({ id }, line) => [id, Math.floor(line / items) + 1]));
  const documents = Map.groupBy(entries, ({ id }) => documentOf.get(id));
  return Array.from({ length: kept }, (_, at) => {
    const number = oldest + at;
    const hasPrevious = number > oldest || (number > 1 && input.hasHistoryDocument(number - 1));
    return {
      kind: 'history',
      path: historyPath(number),
      name: String(number),
      // An archive document belongs to the same feed as the live one, and has its title.
      title: site.title,
      entries: documents.get(number) ?? [],
      history: {
        isArchive: true,
        current: '',
        previous: hasPrevious ? historyPath(number - 1) : undefined,
        next: number < count ? historyPath(number + 1) : undefined,
      },
    };
  });
}

export function historyPath(number: number): string {
  return `history/${number}`;
}
