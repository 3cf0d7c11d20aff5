import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readRegularFile } from '../../kernel/regular-file.ts';

/** Where a site keeps what Broadsheet reads, and from where Broadsheet's files are published. */
export interface SiteLayout {
  /** The generator's name, for people; absent if none was found. */
  readonly generator?: string;
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

const ELEVENTY = ['.eleventy.js', ...['js', 'mjs', 'cjs'].map((end) => `eleventy.config.${end}`)];

/**
 * The layout of the site in `folder` for Jekyll, Hugo, Astro and Eleventy, as far as it can be detected.
 */
export function siteLayout(folder: string): SiteLayout {
  const has = (path: string) => existsSync(join(folder, path));
  const first = (paths: readonly string[]) => paths.find(has);
  if (has('_posts')) return jekyll(folder);
  const hugo = first(['content/posts', 'content/post', 'content/blog']);
  // Hugo reads the files in data/, and some versions fail at an unknown file there.
  const published = 'config/published-posts.jsonl';
  if (hugo !== undefined) return { ...withStaticFolder('Hugo', hugo, 'static'), published };
  const astro = first(['src/content/blog', 'src/content/posts']);
  if (astro !== undefined) return withStaticFolder('Astro', astro, 'public');
  const posts = first(['src/posts', 'posts', 'src/blog', 'blog']) ?? 'posts';
  if (first(ELEVENTY) === undefined && !posts.startsWith('src/')) {
    return { posts, feeds: 'public', permalink: 'date' };
  }
  const permalink = `/${posts.replace('src/', '')}/:slug/`;
  const siteRoot = posts.startsWith('src/') ? 'src' : '.';
  return { generator: 'Eleventy', posts, siteRoot, permalink, feeds: 'public' };
}

/** A generator that copies the folder `siteRoot` unchanged. */
function withStaticFolder(generator: string, posts: string, siteRoot: string): SiteLayout {
  return {
    generator,
    posts,
    siteRoot,
    permalink: `/${basename(posts)}/:slug/`,
    feeds: `${siteRoot}/feeds`,
    feedsPath: 'feeds/',
  };
}

/** Jekyll copies a folder without front matter unchanged. */
function jekyll(folder: string): SiteLayout {
  const file = join(folder, '_config.yml');
  const isThere = statSync(file, { throwIfNoEntry: false })?.isFile() === true;
  const config = isThere ? readRegularFile(file).toString() : '';
  const [, set] = /^permalink:\s*["']?([^\s"'#]+)/m.exec(config) ?? [];
  return {
    generator: 'Jekyll',
    posts: '_posts',
    permalink: set ?? 'date',
    feeds: 'feeds',
    feedsPath: 'feeds/',
  };
}
