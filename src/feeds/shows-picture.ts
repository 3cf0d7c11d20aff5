import type { FeedItem } from './feed.ts';

/** Attributes of sanitised HTML with the addresses of pictures. */
const SOURCE = /\s(?:src|srcset|poster)="([^"<>]*)"/g;

/**
 * Whether an item's text already contains its picture, in any size. A reader would then show it
 * twice if the item also had it outside the text.
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
 * The part of a picture's address that is the same for all sizes: no scheme, no WordPress size
 * before the extension (`-300x200.jpg`), and for a file no query.
 */
function pictureKey(address: string): string {
  const url = URL.parse(address);
  if (url === null) return address;
  const { host, pathname, search } = url;
  const isFile = /\.(?:avif|gif|jpe?g|png|svg|webp)$/i.test(pathname);
  const path = pathname.replace(/-\d{2,4}x\d{2,4}(\.\w+)$/, '$1');
  return isFile ? host + path : host + path + search;
}
