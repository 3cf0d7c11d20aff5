import type { Feed } from './feed.ts';
import { labelsOf, updatedOf } from './feed-library.ts';
import { renderXml } from './finish-xml.ts';
import { FORMATS } from './formats.ts';
import { atomId } from './item-id.ts';
import { rfc3339 } from './moments.ts';
import { addChild, childNamed, childrenNamed, setAttributes, text } from './xml-document.ts';

/** The types of the feed's links, by relation. */
const LINK_TYPES: ReadonlyMap<string | null, string> = new Map([
  ['alternate', 'text/html'],
  ['self', FORMATS.atom.type],
]);

/**
 * Renders `feed` as Atom 1.0 (RFC 4287). `publicUrl` is the address of the output folder and ends
 * with `/`.
 */
export function renderAtom(feed: Feed, publicUrl: string): string {
  const written = new Set<string>();
  return renderXml(feed, publicUrl, {
    format: 'atom',
    names: { item: 'entry', link: 'link' },
    prefixes: ['fh'],
    finishFeed(root) {
      setAttributes(root, { 'xml:lang': feed.language });
      childNamed(root, 'updated').textContent = rfc3339(updatedOf(feed));
      for (const link of childrenNamed(root, 'link')) {
        setAttributes(link, { type: LINK_TYPES.get(link.getAttribute('rel')) });
      }
    },
    finishItem(element, item, picture) {
      childNamed(element, 'id').textContent = atomId(item.id);
      setAttributes(childNamed(element, 'title'), { type: 'text' });
      // Text that looks like a tag stays HTML, as the library has written it.
      if (!/<\/\w+>/.test(item.summary)) {
        const summary = childNamed(element, 'summary');
        setAttributes(summary, { type: 'text' });
        summary.textContent = text(item.summary);
      }
      childNamed(element, 'published').textContent = rfc3339(item.published);
      childNamed(element, 'updated').textContent = distinctMoment(item.updated, written);
      setAttributes(childNamed(element, 'link'), { rel: 'alternate', type: 'text/html' });
      for (const term of labelsOf(item)) addChild(element, 'category', { attributes: { term } });
      const { url: href, type, sizeBytes: length } = picture ?? {};
      if (type === undefined || length === undefined) return;
      addChild(element, 'link', { attributes: { rel: 'enclosure', href, type, length } });
    },
  });
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
