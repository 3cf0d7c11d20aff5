import type { Element } from '@xmldom/xmldom';
import type { Image } from '../posts/post.ts';
import type { Feed } from './feed.ts';
import { renderXml } from './finish-xml.ts';
import { rssGuid } from './item-id.ts';
import { rfc3339 } from './moments.ts';
import { addChild, childNamed, childrenNamed, text } from './xml-document.ts';

/**
 * Renders `feed` as RSS 2.0, by the RSS Advisory Board's specification and Best Practices Profile.
 * `publicUrl` is the address of the output folder and ends with `/`.
 */
export function renderRss(feed: Feed, publicUrl: string): string {
  const { email, name } = feed.author;
  return renderXml(feed, publicUrl, {
    format: 'rss',
    names: { item: 'item', link: 'atom:link' },
    prefixes: ['atom', 'content', 'dc', 'fh', 'media'],
    finishFeed(channel, before) {
      if (email !== undefined) {
        // The characters that are not allowed in the parentheses after an address (RFC 822 §3.4.3).
        const comment = name.replace(/[()\\]/g, '');
        addChild(channel, 'managingEditor', { content: text(`${email} (${comment})`), before });
      }
      for (const image of childrenNamed(channel, 'image')) finishImage(image, feed.image);
    },
    finishItem(element, item, picture) {
      childNamed(element, 'guid').textContent = rssGuid(item.id);
      for (const { name } of item.authors) addChild(element, 'dc:creator', { content: text(name) });
      addChild(element, 'atom:updated', { content: rfc3339(item.updated) });
      if (picture !== undefined) addPicture(element, picture);
    },
  });
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
  addChild(element, 'width', { content: String(width) });
  addChild(element, 'height', { content: String(height) });
}

function isRssImage(image: Image): boolean {
  if (image.type !== undefined && !/^image\/(jpeg|png|gif)$/.test(image.type)) return false;
  return /\.(jpe?g|png|gif)$/i.test(image.url);
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
