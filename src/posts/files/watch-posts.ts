import { basename } from 'node:path';
import { watch } from 'chokidar';
import { isWithin } from '../../kernel/files/is-within.ts';
import { isPassedOver, isPostName } from './find-post-files.ts';

export interface WatchedFolders {
  readonly posts: string;
  readonly includes: string;
  readonly shortcodes: string;
  /** What the program writes itself. Changes in it are ignored. */
  readonly output: string;
}

export interface WatchListener {
  /** A post, a picture, an include, a shortcode, or a folder of them was written, moved or removed. */
  onChange(path: string): void;
  /** Something cannot be watched: the system has no more watches, or denies access. */
  onTrouble(error: unknown): void;
}

/** Pictures are watched because feeds state their size. */
const PICTURE = /\.(?:avif|gif|jpe?g|png|svg|webp)$/i;

/** Watches the posts folders until closed. Waits for a folder that does not exist yet. */
export function watchPosts(
  { posts, includes, shortcodes, output }: WatchedFolders,
  { onChange, onTrouble }: WatchListener,
): { close(): Promise<void> } {
  const templates = [includes, shortcodes];
  const watcher = watch([posts, ...templates], {
    ignoreInitial: true,
    ignored: (path, stats) => {
      if (path === posts || templates.includes(path)) return false;
      if (isWithin(output, path) || isPassedOver(basename(path))) return true;
      const isTemplate = templates.some((folder) => isWithin(folder, path));
      return stats?.isFile() === true && !isTemplate && !isOfPosts(path);
    },
  });
  watcher.on('all', (_event, path) => onChange(path));
  watcher.on('error', onTrouble);
  return { close: () => watcher.close() };
}

function isOfPosts(path: string): boolean {
  return isPostName(basename(path)) || PICTURE.test(path);
}
