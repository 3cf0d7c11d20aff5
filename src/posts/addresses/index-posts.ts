import type { Post } from '../post.ts';

/**
 * A function that gives the path of a post's page by what `{% post_url %}` and `{% link %}` call
 * it: its file, with or without extension and the folders before it.
 */
export function indexPosts(posts: readonly Post[]): (name: string) => string | undefined {
  let pathOf: ReadonlyMap<string, string> | undefined;
  return (name) => {
    // Most sites never ask.
    pathOf ??= indexOf(posts);
    const bare = withoutExtension(name.normalize('NFC').trim().replace(/^\/+/, ''));
    return pathOf.get(bare) ?? pathOf.get(bare.replace(/^(?:.*\/)?_posts\//, ''));
  };
}

function indexOf(posts: readonly Post[]): ReadonlyMap<string, string> {
  const pathOf = new Map<string, string>();
  for (const { file, path } of posts) {
    const bare = withoutExtension(file.normalize('NFC'));
    for (const name of [bare, bare.replace(/^.*\//, ''), bare.replace(/\/index$/, '')]) {
      if (!pathOf.has(name)) pathOf.set(name, path);
    }
  }
  return pathOf;
}

function withoutExtension(file: string): string {
  return file.replace(/\.(?:md|markdown|mdown|mkdown|mkdn|mkd|mdx|html?)$/i, '');
}
