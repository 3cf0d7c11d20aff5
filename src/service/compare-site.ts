import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AddressedPost,
  comparePosts,
  type SiteComparison,
} from '../posts/addresses/compare-addresses.ts';
import type { CollectedPosts } from '../posts/collect-posts.ts';
import { readPost } from '../posts/files/read-file.ts';
import {
  findBuiltSite,
  findGenerator,
  openInherited,
} from '../posts/generators/find-generators.ts';
import { waysOf } from '../posts/generators/site-generators.ts';
import type { Warning } from '../posts/report-posts.ts';
import type { Config } from '../settings/config.ts';

/** The posts compared with the site as its generator made it. */
export interface SiteReport extends SiteComparison {
  /** The folder or the URL of the site. */
  readonly place: string;
}

/**
 * Compares addresses, titles and dates of the published posts with the site in `against` (a folder or a
 * URL); without it, with the folder that the generator wrote. Undefined if there is no such folder. Throws
 * a `BroadsheetError` if `against` has no site.
 */
export async function compareSite(
  config: Config,
  { folder }: CollectedPosts,
  against: string | undefined,
): Promise<SiteReport | undefined> {
  const { site, posts: settings, folders, publicUrl } = config;
  const place = against ?? findBuiltSite(settings.generator, folders.posts);
  if (place === undefined) return undefined;
  // Generators copy our feeds into the site. Each feed names its address, which is that of our file.
  const isOurFeed = (url: string) =>
    url.startsWith(publicUrl) && existsSync(join(folders.output, url.slice(publicUrl.length)));
  // With its parser of feeds, it is a tenth of what a check loads.
  const { readSitePages } = await import('../posts/addresses/read-site-pages.ts');
  const pages = await readSitePages(place, site.url, isOurFeed);
  const inherited = openInherited(settings.generator, folders.posts);
  const posts = folder.posts.map(({ file, url, title, date }): AddressedPost => {
    const parts = () => {
      const parsed = readPost(folder.folder, file, { site, settings, inherited });
      const isRead = parsed !== undefined && 'address' in parsed;
      return isRead && !parsed.address.isOwn ? parsed.address.parts : undefined;
    };
    return { file, url, title, date, parts };
  });
  const { addresses: style } = waysOf(settings.generator);
  return { place, ...comparePosts(posts, pages, { siteUrl: site.url, style }) };
}

/** A warning if the files of the site show another generator than the config. */
export function generatorWarnings({ file, posts, folders }: Config): readonly Warning[] {
  const found = findGenerator(folders.posts);
  if (found?.id === undefined || found.id === posts.generator) return [];
  const fact = posts.generator === undefined ? 'is not set' : `is ${posts.generator}`;
  const remedy = `write generator: ${found.id}, and posts are read as ${found.name} reads them`;
  return [
    {
      file,
      line: 1,
      message: `posts.generator ${fact}, and the site is made with ${found.name}; ${remedy}`,
    },
  ];
}
