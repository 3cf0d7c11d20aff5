import type { Problem } from '../kernel/problem.ts';
import { type NamedFolder, nameFolders, nameKey } from './feed-name.ts';
import type { FeedKind, FeedPlan, PlanInput } from './feed-plan.ts';
import type { FeedEntry } from './list-entries.ts';
import { planHistory } from './plan-history.ts';

/** Plans the feeds to publish: the main feed, then categories, authors, tags, then history. */
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
    ...(newest === undefined ? {} : { history: { isArchive: false, previous: newest.path } }),
  };
  const beside = [
    settings.categories ? planNamed(input, 'category', 'categories', 'categories') : [],
    settings.authors ? planNamed(input, 'author', 'authors', 'authors') : [],
    settings.tags ? planNamed(input, 'tag', 'tags', 'tags') : [],
  ].flat();
  return {
    plans: [main, ...beside.map(({ plan }) => plan), ...history],
    warnings: beside.flatMap(({ warnings }) => warnings),
  };
}

type NamesOf = 'categories' | 'authors' | 'tags';

function planNamed(
  { entries, site, settings }: PlanInput,
  kind: FeedKind,
  root: string,
  of: NamesOf,
) {
  const firstFile = new Map<string, string>();
  const byKey = new Map<string, FeedEntry[]>();
  // Oldest first: of names that collide, the earliest keeps the plain folder for good.
  for (const entry of entries.toReversed()) {
    for (const name of entry.story.shown[of]) {
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
