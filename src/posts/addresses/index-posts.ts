import type { Post } from '../post.ts';

/**
 * Returns a function that finds the path of a post's page by its name in `{% post_url %}` and `{%
 * link %}`: its file, with or without extension and leading folders.
 */
export function indexPosts(posts: readonly Post[]): (name: string) => string | undefined {
  let pathOf: ReadonlyMap<string, string> | undefined;
  return (name) => {
    // Most sites never need the index.
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
