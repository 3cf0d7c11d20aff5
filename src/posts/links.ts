import { POST_ENDING } from './files/find-post-files.ts';
import type { MarkedAddress } from './generators/generator.ts';
import { waysOf } from './generators/site-generators.ts';
import type { Post } from './post.ts';
import type { PostContext, RenderContext } from './post-context.ts';

/**
 * The path, from the root of the server, of the page of the post that `target` names: a file relative to
 * `file` (the post with the link), or to the root of the content (`/posts/b`, `@/posts/b.md`).
 * Undefined if there is no such post.
 */
export function findPage(target: string, file: string, context: RenderContext): string | undefined {
  const isFromRoot = /^@?\//.test(target);
  const given = decoded(target)
    .replace(/^@?\/+/, '')
    .replace(/\/+$/, '');
  const parts = isFromRoot ? [] : file.split('/').slice(0, -1);
  // How far it leads out of the posts folder, whose own name may follow.
  let isOutside = isFromRoot;
  for (const part of given.split('/')) {
    if (part === '..') isOutside = parts.pop() === undefined || isOutside;
    else if (part !== '.' && part !== '') parts.push(part);
  }
  const names = [parts, isOutside ? parts.slice(1) : [], isOutside ? parts.slice(2) : []];
  // Hugo finds a file by its name alone.
  if (!given.includes('/')) names.push([given]);
  for (const name of names) {
    const path = name.length === 0 ? undefined : context.urlOf(name.join('/'));
    if (path !== undefined) return sitePath(path, context);
  }
  return undefined;
}

/** Whether an address in a post names a file of Markdown: `b.md`, `@/posts/b.md#part`. */
export function isPostFile(address: string): boolean {
  const [path = ''] = address.split(/[?#]/, 1);
  return (
    !/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(address) &&
    POST_ENDING.test(path) &&
    !/\.html?$/i.test(path)
  );
}

/** Where a link or picture leads that `post` writes with a mark of its generator. */
export function markedAddress(
  address: string,
  { file, path }: Pick<Post, 'file' | 'path'>,
  { settings, inherited }: PostContext,
): MarkedAddress | undefined {
  // Most addresses are none, and to look for what a site says takes time.
  if (!/^(?:[{|]|%7[BC])/i.test(address)) return undefined;
  const linked = inherited?.(file).linked ?? {};
  return waysOf(settings.generator).markedAddress(address, { file, path, linked });
}

/** `path` of a post's page, from the root of the site, below the path of the site's URL. */
export function sitePath(path: string, { site }: RenderContext): string {
  return new URL(site.url).pathname.replace(/\/$/, '') + path;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
