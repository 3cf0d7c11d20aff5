import { FORMATS } from '../../feeds/formats.ts';

/** The type of a file, from its name. */
export interface MediaType {
  /** The value for `Content-Type`. */
  readonly type: string;
  /** Whether it is for programs, also on other sites: feeds and lists of feeds. */
  readonly isFeed: boolean;
}

const { rss, atom, json } = FORMATS;

/** RFC 7303 §3.2: this charset outranks the document's own declaration. */
const FEEDS: ReadonlyMap<string, string> = new Map([
  [rss.file, `${rss.type}; charset=utf-8`],
  [atom.file, `${atom.type}; charset=utf-8`],
  // RFC 8259 §11: JSON has no charset parameter.
  [json.file, json.type],
]);

const TYPES: ReadonlyMap<string, string> = new Map([
  ['opml', 'text/x-opml; charset=utf-8'],
  ['html', 'text/html; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['xml', 'application/xml; charset=utf-8'],
  ['txt', 'text/plain; charset=utf-8'],
  ['json', 'application/json'],
  ['svg', 'image/svg+xml'],
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
  ['avif', 'image/avif'],
  ['ico', 'image/x-icon'],
]);

/**
 * The type of the file at `path`. Undefined for files that Broadsheet does not publish: a database, a
 * ledger or a compressed copy in the folder must stay private.
 */
export function mediaType(path: string): MediaType | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const feed = FEEDS.get(name);
  if (feed !== undefined) return { type: feed, isFeed: true };
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  const type = TYPES.get(ending);
  return type === undefined ? undefined : { type, isFeed: ending === 'opml' };
}
