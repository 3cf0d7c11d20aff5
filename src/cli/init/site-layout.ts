import { basename, join, posix } from 'node:path';
import { generatorsOf, settingsFileOf } from '../../posts/generators/find-generators.ts';
import type { SiteGenerator } from '../../posts/generators/generator.ts';
import { openSiteFiles } from '../../posts/generators/open-site-files.ts';
import type { SiteFacts, SiteFiles } from '../../posts/generators/site-facts.ts';
import { SITE_GENERATORS } from '../../posts/generators/site-generators.ts';
import type { GeneratorId } from '../../settings/settings.ts';

/** Where a site keeps what Broadsheet reads, and from where Broadsheet's files are published. */
export interface SiteLayout {
  /** Absent if no generator was found. */
  readonly id?: GeneratorId;
  /** The generator's name, for people; absent if none was found. */
  readonly generator?: string;
  readonly facts?: SiteFacts;
  /** Folder of the site, if it is one in the folder that was asked for. */
  readonly inside?: string;
  /** Paths relative to the site's folder, with `/`. */
  readonly posts: string;
  /** Absent if the config's default is right. */
  readonly siteRoot?: string;
  readonly feeds: string;
  /** The path of the feeds' folder on the web; absent if it is the site's root. */
  readonly feedsPath?: string;
  /** The file of published posts, if the config's default is wrong. */
  readonly published?: string;
  /** A value of `posts.permalink`. */
  readonly permalink: string;
}

/** Where projects have their site, if not in their own folder: `vitepress build docs`. */
const SITE_FOLDERS = ['docs', 'website', 'site', 'web', 'www'];

/** The layout of the site in `folder`, or in its folder for a site, as far as its files show it. */
export function siteLayout(folder: string): SiteLayout {
  const { has } = openSiteFiles(folder);
  const posts = ['src/posts', 'posts', 'src/blog', 'blog'].find(has);
  const own = generatedLayout(folder, posts);
  if (own !== undefined) return own;
  for (const inside of posts === undefined ? SITE_FOLDERS.filter(has) : []) {
    const layout = generatedLayout(join(folder, inside));
    if (layout?.facts?.posts === undefined) continue;
    const below = (path: string) => posix.join(inside, path);
    return {
      ...{ ...layout, inside, posts: below(layout.posts), feeds: below(layout.feeds) },
      siteRoot: layout.siteRoot && below(layout.siteRoot),
      // Its generator does not read the files of this folder.
      published: undefined,
    };
  }
  return { posts: posts ?? 'posts', feeds: 'public', permalink: 'date' };
}

/** The layout of a generator's site in `folder`; undefined if it is none. */
function generatedLayout(folder: string, otherwise = 'posts'): SiteLayout | undefined {
  const files = openSiteFiles(folder);
  const found = [...generatorsOf(folder), ...byFolders(files)].find(({ facts }) => facts);
  if (found?.facts === undefined) return undefined;
  const settings = settingsFileOf(found, folder);
  const facts = found.facts(files, settings === undefined ? {} : files.settings(settings));
  const { id, name: generator } = found;
  const posts = facts.posts ?? otherwise;
  return {
    ...{ id, generator, facts, posts },
    permalink: facts.permalink ?? `/${basename(posts)}/:path/`,
    ...placesOf(id, facts),
  };
}

/** Generators whose config was not found, and whose folders are there. */
function byFolders({ has }: SiteFiles): readonly SiteGenerator[] {
  const marks: readonly (readonly [GeneratorId, readonly string[]])[] = [
    ['jekyll', ['_posts']],
    ['hugo', ['content/posts', 'content/post', 'content/blog']],
    ['astro', ['src/content/blog', 'src/content/posts']],
  ];
  const id = marks.find(([, folders]) => folders.some(has))?.[0];
  return SITE_GENERATORS.filter((generator) => id !== undefined && generator.id === id);
}

/** Where the pictures are, and the folder of the feeds. The generator publishes both. */
function placesOf(
  id: GeneratorId | undefined,
  { assets, output }: SiteFacts,
): Pick<SiteLayout, 'siteRoot' | 'feeds' | 'feedsPath' | 'published'> {
  const feedsPath = 'feeds/';
  // Jekyll copies a folder without front matter unchanged.
  if (id === 'jekyll') return { feeds: 'feeds', feedsPath };
  if (id === 'eleventy') return { siteRoot: assets, feeds: 'public' };
  if (id === 'pelican') return { siteRoot: assets, feeds: `${output}/feeds`, feedsPath };
  return {
    siteRoot: assets,
    feeds: `${assets}/feeds`,
    feedsPath,
    // Hugo reads the files in data/, and some versions fail at an unknown file there.
    published: id === 'hugo' ? 'config/published-posts.jsonl' : undefined,
  };
}
