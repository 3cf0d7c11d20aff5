import { SaxesParser, type SaxesTagNS } from 'saxes';

/** One element of a parsed document; names have their usual prefixes. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  /** Text directly in it. */
  text: string;
}

/** Parses strictly, with namespaces. Throws where the document is not well-formed. */
export function parseStrictly(xml: string): Element {
  const top: Element = { name: '#document', attributes: {}, children: [], text: '' };
  const open = [top];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag: SaxesTagNS) => {
    const attributes = Object.fromEntries(
      Object.entries(tag.attributes).map(([name, { value }]) => [name, value]),
    );
    const element = { name: tag.name, attributes, children: [], text: '' };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => {
    open.pop();
  });
  const addText = (text: string) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(xml).close();
  const [root] = top.children;
  if (root === undefined) throw new Error('no element');
  return root;
}

export function all(parent: Element, name: string): Element[] {
  return parent.children.filter((child) => child.name === name);
}

export function textOf(parent: Element, name: string): string {
  return all(parent, name)[0]?.text ?? '';
}

const URI = /^[a-z][a-z0-9+.-]*:[\w\-.~:/?#@!$&'()*+,;=%]+$/i;
const RFC_822 =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$/;
const MEDIA_TYPE = /^[a-z]+\/[a-z0-9.+-]+$/;

/** Characters that validators complain of in text, though XML allows some of them. */
const BAD_CHARACTERS = /[\x80-\x9f\ufffd\p{Cs}\p{NChar}]/u;

/** What the W3C feed validator and the RSS Best Practices Profile would say of an RSS document. */
export function rssFaults(xml: string): string[] {
  const faults: string[] = [];
  const say = (ok: boolean, fault: string) => {
    if (!ok) faults.push(fault);
  };
  const rss = parseStrictly(xml);
  const channel = all(rss, 'channel')[0];
  if (rss.attributes.version !== '2.0' || channel === undefined) return ['no RSS 2.0 channel'];
  say('xmlns:dc' in rss.attributes, 'xmlns:dc is not declared');
  for (const name of ['title', 'link', 'description', 'language', 'lastBuildDate', 'ttl']) {
    say(all(channel, name).length === 1, `channel has not one ${name}`);
  }
  say(RFC_822.test(textOf(channel, 'lastBuildDate')), 'lastBuildDate');
  say(URI.test(textOf(channel, 'link')), 'link of the channel');
  const selves = all(channel, 'atom:link').filter(({ attributes }) => attributes.rel === 'self');
  say(selves.length === 1 && selves[0]?.attributes.type === 'application/rss+xml', 'self');
  const items = all(channel, 'item');
  const lastOther = channel.children.findLastIndex(({ name }) => name !== 'item');
  const firstItem = channel.children.findIndex(({ name }) => name === 'item');
  say(firstItem === -1 || lastOther < firstItem, 'something of the channel comes after an item');
  for (const image of all(channel, 'image')) {
    say(textOf(image, 'title') === textOf(channel, 'title'), 'title of the image');
    say(textOf(image, 'link') === textOf(channel, 'link'), 'link of the image');
    say(/\.(jpe?g|png|gif)$/i.test(textOf(image, 'url')), 'format of the image');
    say(Number(textOf(image, 'width') || 1) <= 144, 'width of the image');
    say(Number(textOf(image, 'height') || 1) <= 400, 'height of the image');
  }
  const guids = new Set(items.map((item) => textOf(item, 'guid')));
  say(guids.size === items.length, 'guids are not unique');
  const links = new Set(items.map((item) => textOf(item, 'link')));
  say(links.size === items.length, 'links are not unique');
  for (const item of items) itemFaults(item, say);
  for (const line of xml.split('\n').filter((text) => /<title>|<category>/.test(text))) {
    say(!/<!\[CDATA|&amp;|&lt;|&#\d/.test(line), `spelling of ${line.trim()}`);
  }
  return faults;
}

function itemFaults(item: Element, say: (ok: boolean, fault: string) => void): void {
  const guid = all(item, 'guid')[0];
  const at = guid?.text ?? 'an item without guid';
  for (const name of ['title', 'link', 'guid', 'pubDate', 'description', 'atom:updated']) {
    say(all(item, name).length === 1, `${at} has not one ${name}`);
  }
  say(textOf(item, 'title').trim() !== '', `${at} has a blank title`);
  say(URI.test(textOf(item, 'link')), `link of ${at}`);
  say(guid?.attributes.isPermaLink === 'false', `${at} does not say that it is no permalink`);
  say(!/^\d{1,8}$/.test(at) && at === at.trim() && at !== '', `guid ${at}`);
  say(RFC_822.test(textOf(item, 'pubDate')), `pubDate of ${at}`);
  say(RFC_3339.test(textOf(item, 'atom:updated')), `atom:updated of ${at}`);
  say(all(item, 'author').length === 0, `${at} has an author without an address`);
  const names = item.children.map(({ name }) => name);
  const content = names.indexOf('content:encoded');
  say(content === -1 || names.indexOf('description') < content, `${at}: content comes first`);
  say(all(item, 'enclosure').length <= 1, `${at} has several enclosures`);
  for (const { attributes } of all(item, 'enclosure')) {
    say(Number(attributes.length) > 0, `length of the enclosure of ${at}`);
    say(MEDIA_TYPE.test(attributes.type ?? ''), `type of the enclosure of ${at}`);
    say(/^https?:\/\/[^/]+\.[^/]+\//.test(attributes.url ?? ''), `URL of the enclosure of ${at}`);
  }
  for (const child of item.children) {
    say(!BAD_CHARACTERS.test(child.text), `${child.name} of ${at} has bad characters`);
    if (/^(category|dc:creator)$/.test(child.name)) {
      say(child.text.trim() !== '', `${at} has a blank ${child.name}`);
    }
  }
}

/** What RFC 4287, RFC 5005 and the W3C feed validator would say of an Atom document. */
export function atomFaults(xml: string): string[] {
  const faults: string[] = [];
  const say = (ok: boolean, fault: string) => {
    if (!ok) faults.push(fault);
  };
  const feed = parseStrictly(xml);
  if (feed.name !== 'feed' || feed.attributes.xmlns !== 'http://www.w3.org/2005/Atom') {
    return ['no Atom feed'];
  }
  say('xml:lang' in feed.attributes, 'no xml:lang');
  say(!('xml:base' in feed.attributes), 'xml:base');
  for (const name of ['id', 'title', 'updated', 'author']) {
    say(all(feed, name).length === 1, `feed has not one ${name}`);
  }
  say(RFC_3339.test(textOf(feed, 'updated')), 'updated of the feed');
  say(URI.test(textOf(feed, 'id')), 'id of the feed');
  say(linkTypes(feed, 'self').join() === 'application/atom+xml', 'self');
  say(linkTypes(feed, 'alternate').join() === 'text/html', 'alternate');
  const isArchive = all(feed, 'fh:archive').length > 0;
  say(!isArchive || linkTypes(feed, 'current').length === 1, 'archive without current');
  const entries = all(feed, 'entry');
  const lastOther = feed.children.findLastIndex(({ name }) => name !== 'entry');
  const firstEntry = feed.children.findIndex(({ name }) => name === 'entry');
  say(firstEntry === -1 || lastOther < firstEntry, 'something of the feed comes after an entry');
  for (const unique of ['id', 'updated']) {
    const values = new Set(entries.map((entry) => textOf(entry, unique)));
    say(values.size === entries.length, `${unique} is not unique`);
  }
  for (const entry of entries) entryFaults(entry, say);
  return faults;
}

function linkTypes(parent: Element, rel: string): (string | undefined)[] {
  return all(parent, 'link')
    .filter(({ attributes }) => attributes.rel === rel)
    .map(({ attributes }) => attributes.type);
}

function entryFaults(entry: Element, say: (ok: boolean, fault: string) => void): void {
  const at = textOf(entry, 'id');
  for (const name of ['id', 'title', 'published', 'updated', 'summary']) {
    say(all(entry, name).length === 1, `${at} has not one ${name}`);
    say(textOf(entry, name).trim() !== '', `${at} has a blank ${name}`);
  }
  say(URI.test(at), `id ${at}`);
  say(all(entry, 'title')[0]?.attributes.type === 'text', `type of the title of ${at}`);
  say(
    all(entry, 'content').every(({ attributes }) => attributes.type === 'html'),
    `content ${at}`,
  );
  say(RFC_3339.test(textOf(entry, 'published')), `published of ${at}`);
  say(RFC_3339.test(textOf(entry, 'updated')), `updated of ${at}`);
  say(linkTypes(entry, 'alternate').join() === 'text/html', `alternate of ${at}`);
  for (const { attributes } of all(entry, 'link')) {
    say(URI.test(attributes.href ?? ''), `link ${attributes.href} of ${at}`);
    if (attributes.rel === 'enclosure') {
      say(Number(attributes.length) > 0, `length of the enclosure of ${at}`);
      say(MEDIA_TYPE.test(attributes.type ?? ''), `type of the enclosure of ${at}`);
    }
  }
  for (const { attributes } of all(entry, 'category')) say(!!attributes.term, `category of ${at}`);
  for (const child of entry.children) {
    say(!BAD_CHARACTERS.test(child.text), `${child.name} of ${at} has bad characters`);
  }
}

/** What the specification of JSON Feed 1.1 would say of a document. */
export function jsonFaults(text: string): string[] {
  const faults: string[] = [];
  const say = (ok: boolean, fault: string) => {
    if (!ok) faults.push(fault);
  };
  const feed = JSON.parse(text, (_key, value) => {
    say(value !== null && value !== '', 'something is null or empty');
    return value;
  });
  say(text.startsWith('{\n  "version": "https://jsonfeed.org/version/1.1"'), 'version');
  say(typeof feed.title === 'string', 'title');
  say(URI.test(feed.feed_url), 'feed_url');
  say(URI.test(feed.home_page_url), 'home_page_url');
  const lacksAuthor = (item: { authors?: unknown }) => !Array.isArray(item.authors);
  const needsAuthors = feed.items.length === 0 || feed.items.some(lacksAuthor);
  say(Array.isArray(feed.authors) === needsAuthors && !('author' in feed), 'authors');
  say(typeof feed.language === 'string', 'language');
  say(Array.isArray(feed.items), 'items');
  const ids = new Set(feed.items.map((item: { id: string }) => item.id));
  say(ids.size === feed.items.length, 'ids are not unique');
  for (const item of feed.items) {
    say(typeof item.id === 'string' && item.id !== '', 'id of an item');
    say(URI.test(item.url), `url of ${item.id}`);
    say('content_html' in item || 'content_text' in item, `content of ${item.id}`);
    say(RFC_3339.test(item.date_published), `date_published of ${item.id}`);
    say(RFC_3339.test(item.date_modified), `date_modified of ${item.id}`);
    say(!('author' in item), `${item.id} has the author of version 1`);
    for (const attachment of item.attachments ?? []) {
      say(URI.test(attachment.url), `attachment of ${item.id}`);
      say(MEDIA_TYPE.test(attachment.mime_type), `mime_type of ${item.id}`);
    }
  }
  // Escapes would hide what a character class of the text cannot see.
  say(!/[\x80-\x9f\p{Cs}\p{NChar}]|\\u00[01][0-9a-f]|\\ud[89a-f]/iu.test(text), 'bad characters');
  return faults;
}
