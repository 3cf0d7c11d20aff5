import type { Element } from '@xmldom/xmldom';
import type { Image } from '../posts/post.ts';
import type { Feed, FeedItem } from './feed.ts';
import { writeRaw } from './feed-library.ts';
import { documentUrl, FORMATS, stylesheetHref } from './formats.ts';
import {
  addChild,
  childNamed,
  childrenNamed,
  declarePrefix,
  parseXml,
  rootOf,
  setAttributes,
  text,
  writeXml,
} from './xml-document.ts';

/** What differs between RSS and Atom. */
export interface XmlFormat {
  readonly format: 'rss' | 'atom';
  /** Names of the elements for an item and for a link. */
  readonly names: { readonly item: string; readonly link: string };
  /** Namespace prefixes to declare. */
  readonly prefixes: readonly string[];
  /** Finishes the element with the feed's own facts. Additions go in front of `before`. */
  readonly finishFeed: (channel: Element, before: Element | undefined) => void;
  /** Finishes an item. `picture` is its picture, if the text does not contain it. */
  readonly finishItem: (element: Element, item: FeedItem, picture: Image | undefined) => void;
}

/**
 * Renders `feed` in an XML format: the library writes it, and the parsed document gets what the library
 * cannot write. `text` decides how text for people is spelled; addresses and ids stay as they are.
 */
export function renderXml(
  feed: Feed,
  publicUrl: string,
  { format, names, prefixes, finishFeed, finishItem }: XmlFormat,
): string {
  const document = parseXml(writeRaw(feed, publicUrl, format));
  const root = rootOf(document);
  for (const prefix of prefixes) declarePrefix(root, prefix);
  const channel = format === 'rss' ? childNamed(root, 'channel') : root;
  const items = childrenNamed(channel, names.item);
  const [before] = items;
  finishFeed(channel, before);
  const { current, previous, next, isArchive } = feed.history ?? {};
  // RFC 5005 §4.
  const neighbours = { current, 'prev-archive': previous, 'next-archive': next };
  for (const [rel, path] of Object.entries(neighbours)) {
    if (path === undefined) continue;
    const href = documentUrl(publicUrl, path, format);
    const attributes = { rel, href, type: FORMATS[format].type };
    addChild(channel, names.link, { attributes, before });
  }
  if (isArchive) addChild(channel, 'fh:archive', { before });
  for (const [at, item] of feed.items.entries()) {
    const element = items[at];
    if (element === undefined) throw new Error(`the document has only ${items.length} items`);
    setAttributes(element, { 'xml:lang': item.language });
    childNamed(element, 'title').textContent = text(item.title);
    finishItem(element, item, showsPicture(item) ? undefined : item.image);
  }
  return writeXml(document, stylesheetHref(feed.path));
}

/** Attributes of sanitised HTML with the addresses of pictures. */
const SOURCE = /\s(?:src|srcset|poster)="([^"<>]*)"/g;

/**
 * Whether an item's text already contains its picture, in any size. A reader would then show it
 * twice if the item also had it outside the text.
 */
function showsPicture({ html, image }: FeedItem): boolean {
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
