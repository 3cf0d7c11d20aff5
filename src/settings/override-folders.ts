import { join, resolve } from 'node:path';
import type { Config } from './config.ts';
import { siteRootOf } from './load-config.ts';

/**
 * The config with the folders of `--posts` and `--out` (relative to the working folder). Other posts have
 * other ids: the ids of another posts folder are saved beside its feeds.
 */
export function overrideFolders(
  config: Config,
  { posts, out }: { readonly posts?: string | undefined; readonly out?: string | undefined },
): Config {
  const output = out === undefined ? config.folders.output : resolve(out);
  const folder = posts === undefined ? config.folders.posts : resolve(posts);
  if (folder === config.folders.posts) return { ...config, folders: { ...config.folders, output } };
  return {
    ...config,
    folders: { ...config.folders, output, posts: folder, siteRoot: siteRootOf(folder) },
    publishedFile: join(output, '.published-posts.jsonl'),
  };
}
