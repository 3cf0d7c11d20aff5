import type { Image, Post } from '../post.ts';
import type { RenderContext } from '../render-context.ts';
import { absoluteUrl } from './absolute-url.ts';

/**
 * The picture that the front matter names, with its path resolved from the site's root, and the
 * facts of its file if the file exists. Returns a reason if the path leaves the site with `..`, or
 * if a reader could not fetch the address. Undefined if the post names no picture.
 */
export function renderImage(
  post: Post,
  { site, imageFacts }: RenderContext,
): { readonly image: Image } | { readonly reason: string } | undefined {
  if (post.image === undefined) return undefined;
  const { source, alt } = post.image;
  const isAddress = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(source);
  if (!isAddress && leavesSite(source)) {
    return {
      reason: `image "${source.slice(0, 80)}" leaves the site by ".."; write its path from the root`,
    };
  }
  const { pathname } = new URL(site.url);
  const ownPath = source.startsWith(pathname)
    ? source.slice(pathname.length)
    : source.replace(/^[/\\]+/, '');
  const url = absoluteUrl(isAddress ? source : `./${ownPath}`, site.url, 'fetched');
  if (url === undefined) {
    return {
      reason: `image "${source.slice(0, 80)}" is no web address; write its path from the root`,
    };
  }
  const facts = url.startsWith(site.url) ? imageFacts(pathOf(url, site.url)) : undefined;
  return { image: { url, alt, ...facts } };
}

function leavesSite(source: string): boolean {
  let depth = 0;
  for (const segment of decoded(source)
    .split(/[?#]/, 1)[0]
    ?.split(/[/\\]+/) ?? []) {
    if (segment === '..') depth--;
    else if (segment !== '' && segment !== '.') depth++;
    if (depth < 0) return true;
  }
  return false;
}

function pathOf(url: string, siteUrl: string): string {
  return decoded(`/${url.slice(siteUrl.length).replace(/[?#].*$/, '')}`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
