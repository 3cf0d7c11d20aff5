import type { Element } from '@xmldom/xmldom';
import type { Image } from '../posts/post.ts';
import type { Feed, FeedItem } from './feed.ts';
import { rawRss } from './feed-library.ts';
import { FORMATS, stylesheetHref } from './formats.ts';
import { historyLinks } from './history-links.ts';
import { rfc3339 } from './moments.ts';
import { showsPicture } from './shows-picture.ts';
import {
  addChild,
  childNamed,
  childrenNamed,
  declarePrefix,
  parseXml,
  rootOf,
  setAttributes,
  setText,
  writeXml,
} from './xml-document.ts';

/**
 * Renders `feed` as RSS 2.0, by the RSS Advisory Board's specification and Best Practices Profile.
 * `publicUrl` is the address of the output folder and ends with `/`.
 */
export function renderRss(feed: Feed, publicUrl: string): string {
  const document = parseXml(rawRss(feed, publicUrl));
  const root = rootOf(document);
  for (const prefix of ['atom', 'content', 'dc', 'fh', 'media']) declarePrefix(root, prefix);
  const channel = childNamed(root, 'channel');
  const items = childrenNamed(channel, 'item');
  finishChannel(channel, feed, publicUrl, items[0]);
  for (const [at, element] of items.entries()) {
    const item = feed.items[at];
    if (item !== undefined) finishItem(element, item);
  }
  return writeXml(document, stylesheetHref(feed.path));
}

function finishChannel(
  channel: Element,
  feed: Feed,
  publicUrl: string,
  firstItem: Element | undefined,
): void {
  const before = firstItem;
  const { email, name } = feed.author;
  if (email !== undefined) {
    addChild(channel, 'managingEditor', { text: `${email} (${nameInComment(name)})`, before });
  }
  for (const attributes of historyLinks(feed, publicUrl, 'rss')) {
    addChild(channel, 'atom:link', {
      attributes: { ...attributes, type: FORMATS.rss.type },
      before,
    });
  }
  if (feed.history?.isArchive) addChild(channel, 'fh:archive', { before });
  for (const image of childrenNamed(channel, 'image')) finishImage(image, feed.image);
}

/**
 * Removes a picture of a type that RSS does not allow. Adds the size if it is within RSS's limits.
 */
function finishImage(element: Element, image: Image | undefined): void {
  if (image === undefined) return;
  if (!isRssImage(image)) {
    element.parentNode?.removeChild(element);
    return;
  }
  const { width = 0, height = 0 } = image;
  if (width < 1 || width > 144 || height < 1 || height > 400) return;
  addChild(element, 'width', { text: String(width) });
  addChild(element, 'height', { text: String(height) });
}

function isRssImage(image: Image): boolean {
  if (image.type !== undefined && !/^image\/(jpeg|png|gif)$/.test(image.type)) return false;
  return /\.(jpe?g|png|gif)$/i.test(image.url);
}

function finishItem(element: Element, item: FeedItem): void {
  if (item.language !== undefined) setAttributes(element, { 'xml:lang': item.language });
  setText(childNamed(element, 'title'), item.title);
  for (const name of item.authors) addChild(element, 'dc:creator', { text: name });
  addChild(element, 'atom:updated', { text: rfc3339(item.updated) });
  if (item.image !== undefined && !showsPicture(item)) addPicture(element, item.image);
}

/** Adds only one of the two elements: readers that know both would show the picture twice. */
function addPicture(
  element: Element,
  { url, type, sizeBytes: length, width, height }: Image,
): void {
  // An enclosure needs length and type (RSS 2.0, *enclosure*), and an item may have only one.
  if (type !== undefined && length !== undefined) {
    addChild(element, 'enclosure', { attributes: { url, length, type } });
    return;
  }
  addChild(element, 'media:content', {
    attributes: { url, medium: 'image', type, fileSize: length, width, height },
  });
}

/** Characters allowed in the parentheses after an address (RFC 822 §3.4.3). */
function nameInComment(name: string): string {
  return name.replace(/[()\\]/g, '');
}
