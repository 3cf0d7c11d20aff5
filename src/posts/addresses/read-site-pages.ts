import { globSync } from 'node:fs';
import { join } from 'node:path';
import { parseFeed } from 'feedsmith';
import { BroadsheetError, EXIT, reasonOf } from '../../kernel/errors.ts';
import { readRegularFile } from '../../kernel/regular-file.ts';
import type { SitePage } from './compare-addresses.ts';

/** More pages than any site that is compared in a minute. */
const MOST_PAGES = 100_000;
const LONGEST_FILE_BYTES = 50_000_000;
const PATIENCE_MS = 15_000;

const FEED_FILES = '**/{feed,feeds,rss,atom,index,all.atom}.{xml,rss,atom,json}';

/** Whether a feed with this address is one that Broadsheet makes: it would agree with itself. */
export type IsOurFeed = (url: string) => boolean;

/**
 * The pages of the site in `place`, the folder that its generator wrote or the URL of the live site: from
 * its sitemap, its feeds, and the canonical links of its pages. Throws a `BroadsheetError` (usage) if the
 * place has none of these.
 */
export async function readSitePages(
  place: string,
  siteUrl: string,
  isOurFeed: IsOurFeed,
): Promise<readonly SitePage[]> {
  const found = new Pages(isOurFeed);
  if (/^https?:\/\//i.test(place)) await addOnline(found, place);
  else addFolder(found, place, siteUrl);
  const pages = found.all();
  if (pages.length > 0) return pages;
  const remedy = 'name the folder that the site generator writes, or the URL of the site';
  throw new BroadsheetError(EXIT.usage, `${place}  has no sitemap, no feed and no page; ${remedy}`);
}

function addFolder(found: Pages, folder: string, siteUrl: string): void {
  const read = (file: string) => {
    try {
      return readRegularFile(join(folder, file), LONGEST_FILE_BYTES).toString();
    } catch {
      return '';
    }
  };
  const find = (pattern: string) => globSync(pattern, { cwd: folder });
  for (const file of find('**/sitemap*.xml')) found.addSitemap(read(file));
  for (const file of find(FEED_FILES)) found.addFeed(read(file));
  for (const file of find('**/*.html').slice(0, MOST_PAGES)) {
    const [canonical] = /<link[^>]+rel=["']?canonical["']?[^>]*>/i.exec(read(file)) ?? [];
    const path = file.replaceAll('\\', '/').replace(/(^|\/)index\.html$/, '$1');
    found.add({ url: hrefIn(canonical) ?? new URL(encodeURI(path), siteUrl).href });
  }
}

async function addOnline(found: Pages, url: string): Promise<void> {
  const base = url.endsWith('/') ? url : `${url}/`;
  const home = await fetchText(base);
  const links = [...home.matchAll(/<link[^>]+type=["']?application\/(?:rss|atom|feed)[^>]*>/gi)];
  for (const [link] of links) {
    const href = hrefIn(link);
    if (href !== undefined) found.addFeed(await fetchText(new URL(href, base).href));
  }
  const sitemaps = [`${base}sitemap.xml`, `${base}sitemap-index.xml`];
  const read = new Set<string>();
  for (const each of sitemaps) {
    if (read.has(each) || read.size > 50) continue;
    read.add(each);
    const text = await fetchText(each);
    if (/<sitemapindex/i.test(text)) sitemaps.push(...locationsIn(text));
    else found.addSitemap(text);
  }
}

/** The text at `url`; empty if the site has none there. */
async function fetchText(url: string): Promise<string> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok ? await answer.text() : '';
  } catch (error) {
    const fact = `cannot be read: ${reasonOf(error)}; look at the address and the network`;
    throw new BroadsheetError(EXIT.unavailable, `${url}  ${fact}`, { cause: error });
  }
}

/** Pages by their address. What a feed says of one counts more than its mere address. */
class Pages {
  readonly #pages = new Map<string, SitePage>();
  readonly #isOurFeed: IsOurFeed;

  constructor(isOurFeed: IsOurFeed) {
    this.#isOurFeed = isOurFeed;
  }

  add(page: SitePage): void {
    const known = this.#pages.get(page.url);
    if (known?.title === undefined) this.#pages.set(page.url, page);
  }

  addSitemap(text: string): void {
    for (const url of locationsIn(text)) this.add({ url });
  }

  addFeed(text: string): void {
    if (this.#isOurFeed(addressOfFeed(text))) return;
    for (const page of entriesIn(text)) if (URL.canParse(page.url)) this.add(page);
  }

  all(): readonly SitePage[] {
    return [...this.#pages.values()];
  }
}

/** The address that a feed says it has; empty if it says none. */
function addressOfFeed(text: string): string {
  const [self] = /<(?:atom:)?link\b[^>]*\brel=["']self["'][^>]*>/i.exec(text) ?? [];
  const [, inJson = ''] = /"feed_url"\s*:\s*"([^"]+)"/.exec(text) ?? [];
  return hrefIn(self) ?? inJson;
}

function locationsIn(sitemap: string): readonly string[] {
  return [...sitemap.matchAll(/<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]\s]+)/gi)].map(([, url = '']) =>
    url.replaceAll('&amp;', '&'),
  );
}

function entriesIn(text: string): readonly SitePage[] {
  try {
    const { format, feed } = parseFeed(text);
    switch (format) {
      case 'rss':
      case 'rdf':
        return (feed.items ?? []).map((item) => ({
          url: item.link ?? '',
          title: item.title,
          date: instantOf('pubDate' in item ? item.pubDate : undefined),
        }));
      case 'atom':
        return (feed.entries ?? []).map(({ links, title, published, updated }) => ({
          url:
            (links?.find(({ rel }) => rel === undefined || rel === 'alternate') ?? links?.[0])
              ?.href ?? '',
          title: typeof title === 'string' ? title : undefined,
          date: instantOf(published ?? updated),
        }));
      case 'json':
        return (feed.items ?? []).map((item) => ({
          url: item.url ?? '',
          title: item.title,
          date: instantOf(item.date_published),
        }));
      default:
        return [];
    }
  } catch {
    // Not every file of this name is a feed.
    return [];
  }
}

function instantOf(text: unknown): Temporal.Instant | undefined {
  const milliseconds = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(milliseconds)
    ? undefined
    : Temporal.Instant.fromEpochMilliseconds(milliseconds);
}

function hrefIn(link: string | undefined): string | undefined {
  return /href=["']?([^"'\s>]+)/i.exec(link ?? '')?.[1]?.replaceAll('&amp;', '&');
}
