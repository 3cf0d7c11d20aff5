import type { FeedItem } from './feed.ts';

/** Attributes of sanitised HTML that pictures are fetched by. */
const SOURCE = /\s(?:src|srcset|poster)="([^"<>]*)"/g;

/**
 * Whether the text of an item has its picture in it already, in whatever size: a reader would show
 * it twice if the item had it outside of the text too.
 */
export function showsPicture({ html, image }: Pick<FeedItem, 'html' | 'image'>): boolean {
  if (image === undefined) return false;
  const wanted = pictureKey(image.url);
  for (const [, sources = ''] of html.matchAll(SOURCE)) {
    const candidates = sources.replaceAll('&amp;', '&').split(/,\s+|\s+/);
    if (candidates.some((source) => pictureKey(source) === wanted)) return true;
  }
  return false;
}

/**
 * What is the same for a picture in all its sizes: the address without scheme, without the size that
 * WordPress puts before the extension (`-300x200.jpg`) and, of a file, without what is asked of it.
 */
function pictureKey(address: string): string {
  const url = URL.parse(address);
  if (url === null) return address;
  const { host, pathname, search } = url;
  const isFile = /\.(?:avif|gif|jpe?g|png|svg|webp)$/i.test(pathname);
  const path = pathname.replace(/-\d{2,4}x\d{2,4}(\.\w+)$/, '$1');
  return isFile ? host + path : host + path + search;
}
