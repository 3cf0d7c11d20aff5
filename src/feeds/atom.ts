import type { Element } from '@xmldom/xmldom';
import type { Feed, FeedItem } from './feed.ts';
import { labelsOf, rawAtom } from './feed-library.ts';
import { FORMATS, stylesheetHref } from './formats.ts';
import { historyLinks } from './history-links.ts';
import { atomId } from './item-id.ts';
import { latestOf, NEVER_UPDATED, rfc3339 } from './moments.ts';
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
 * Renders `feed` as Atom 1.0 (RFC 4287). `publicUrl` is the address of the output folder and ends
 * with `/`.
 */
export function renderAtom(feed: Feed, publicUrl: string): string {
  const document = parseXml(rawAtom(feed, publicUrl));
  const root = rootOf(document);
  declarePrefix(root, 'fh');
  setAttributes(root, { 'xml:lang': feed.language });
  const entries = childrenNamed(root, 'entry');
  finishFeed(root, feed, publicUrl, entries[0]);
  const written = new Set<string>();
  for (const [at, element] of entries.entries()) {
    const item = feed.items[at];
    if (item !== undefined) finishEntry(element, item, written);
  }
  return writeXml(document, stylesheetHref(feed.path));
}

function finishFeed(
  root: Element,
  feed: Feed,
  publicUrl: string,
  firstEntry: Element | undefined,
): void {
  const before = firstEntry;
  const updated = latestOf(
    feed.items.map((item) => item.updated),
    NEVER_UPDATED,
  );
  setText(childNamed(root, 'updated'), rfc3339(updated));
  const types = new Map([
    ['alternate', 'text/html'],
    ['self', FORMATS.atom.type],
  ]);
  for (const link of childrenNamed(root, 'link')) {
    setAttributes(link, { type: types.get(link.getAttribute('rel') ?? '') });
  }
  for (const attributes of historyLinks(feed, publicUrl, 'atom')) {
    addChild(root, 'link', { attributes: { ...attributes, type: FORMATS.atom.type }, before });
  }
  if (feed.history?.isArchive) addChild(root, 'fh:archive', { before });
}

function finishEntry(element: Element, item: FeedItem, written: Set<string>): void {
  if (item.language !== undefined) setAttributes(element, { 'xml:lang': item.language });
  setText(childNamed(element, 'id'), atomId(item.id));
  const title = childNamed(element, 'title');
  setAttributes(title, { type: 'text' });
  setText(title, item.title);
  finishSummary(childNamed(element, 'summary'), item.summary);
  setText(childNamed(element, 'published'), rfc3339(item.published));
  setText(childNamed(element, 'updated'), distinctMoment(item.updated, written));
  setAttributes(childNamed(element, 'link'), { rel: 'alternate', type: 'text/html' });
  for (const term of labelsOf(item)) addChild(element, 'category', { attributes: { term } });
  if (showsPicture(item)) return;
  const { url, type, sizeBytes } = item.image ?? {};
  if (url !== undefined && type !== undefined && sizeBytes !== undefined) {
    const attributes = { rel: 'enclosure', href: url, type, length: sizeBytes };
    addChild(element, 'link', { attributes });
  }
}

/** Plain text. Text that looks like a tag is escaped as HTML instead. */
function finishSummary(element: Element, summary: string): void {
  // The library has already written it as HTML.
  if (/<\/\w+>/.test(summary)) return;
  setAttributes(element, { type: 'text' });
  setText(element, summary);
}

/** Different spellings of one instant's fraction and zone. */
const SPELLINGS = ['Z', '+00:00'].flatMap((zone) =>
  Array.from({ length: 10 }, (_, digits) => (digits === 0 ? '' : `.${'0'.repeat(digits)}`) + zone),
);

/**
 * `instant` as RFC 3339, never twice the same text in one document. Feed validators warn of two
 * entries with the same `updated`, and posts of one day have that. A fraction of zeros is the same
 * instant.
 */
function distinctMoment(instant: Temporal.Instant, written: Set<string>): string {
  const plain = rfc3339(instant);
  const upToSeconds = plain.slice(0, -1);
  const spelling = SPELLINGS.find((ending) => !written.has(upToSeconds + ending));
  const chosen = spelling === undefined ? plain : upToSeconds + spelling;
  written.add(chosen);
  return chosen;
}
