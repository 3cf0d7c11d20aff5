import { ASTRO } from './astro.ts';
import { DOCUSAURUS } from './docusaurus.ts';
import { ELEVENTY } from './eleventy.ts';
import type { Filter, SiteGenerator, Tag } from './generator.ts';
import { HUGO } from './hugo.ts';
import { JEKYLL } from './jekyll.ts';
import { OTHER_GENERATORS } from './other-generators.ts';
import { PELICAN } from './pelican.ts';
import { postPathOf } from './post-path.ts';
import { VITEPRESS } from './vitepress.ts';
import { ZOLA } from './zola.ts';

// Posts are read by the ways of all generators at once: what one of them would not understand is
// seldom what another means. The functions below put these ways together.

/**
 * All site generators. Where several say something about a post, the first counts. Jekyll is the last:
 * it publishes everything that is not excluded.
 */
export const SITE_GENERATORS: readonly SiteGenerator[] = [
  ...[ZOLA, HUGO, ELEVENTY, ASTRO, VITEPRESS, DOCUSAURUS, PELICAN],
  ...OTHER_GENERATORS,
  JEKYLL,
];

/** Names of folders in which no generator has posts. */
export const FOLDERS_WITHOUT_POSTS: ReadonlySet<string> = new Set(
  SITE_GENERATORS.flatMap(({ foldersWithoutPosts = [] }) => foldersWithoutPosts),
);

/** The tags of all generators, by name. */
export const TAGS: ReadonlyMap<string, Tag> = new Map(
  SITE_GENERATORS.flatMap(({ tags = {} }) => Object.entries(tags)),
);

/** Names of tags whose content is code. */
export const CODE_TAGS: ReadonlySet<string> = new Set(
  SITE_GENERATORS.flatMap(({ codeTags = [] }) => codeTags),
);

/** The filters of all generators, by name. */
export const FILTERS: ReadonlyMap<string, Filter> = new Map(
  SITE_GENERATORS.flatMap(({ filters = {} }) => Object.entries(filters)),
);

const PATH_READERS = SITE_GENERATORS.flatMap(({ readPath = [] }) => readPath);
// Two generators may share a step. It must run once.
const BODY_STEPS = new Set(SITE_GENERATORS.flatMap(({ toCommonMark = [] }) => toCommonMark));

/** What `file` (relative to the posts folder, with `/`) says about its post. */
export function readPostPath(file: string) {
  const path = postPathOf(file);
  const facts = PATH_READERS.map((read) => read(path));
  return {
    name: facts.find(({ name }) => name !== undefined)?.name ?? path.base,
    day: facts.find(({ day }) => day !== undefined)?.day,
    draft: facts.some(({ draft }) => draft),
    categories: facts.flatMap(({ categories = [] }) => categories),
  };
}

/** Whether a post's field for its address has no address in it. */
export function isNoAddress(text: string): boolean {
  return SITE_GENERATORS.some(({ noAddress }) => noAddress?.test(text));
}

/** The body of the post in `file` without what only generators' own Markdown understands. */
export function toCommonMark(body: string, file: string): string {
  let text = body;
  for (const step of BODY_STEPS) text = step(text, file);
  return text;
}
