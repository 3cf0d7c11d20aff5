import { type AddressParts, type AddressStyle, permalinkPath } from './permalink.ts';

/** A page of the site as its generator made it. */
export interface SitePage {
  /** Absolute URL. */
  readonly url: string;
  /** As its feed or the page itself says; undefined if neither does. */
  readonly title?: string;
  readonly date?: Temporal.Instant;
}

/** A post with what its address is made of. */
export interface AddressedPost {
  /** Path relative to the posts folder. */
  readonly file: string;
  readonly url: string;
  readonly title: string;
  readonly date: Temporal.Instant;
  /**
   * Reads what its address is made of; undefined if its front matter names the address, which then no
   * template of the site changes.
   */
  parts(): AddressParts | undefined;
}

/** A post that the site shows otherwise, or not at all. */
export interface AddressDifference {
  readonly file: string;
  readonly what: 'address' | 'title' | 'date' | 'missing';
  readonly ours: string;
  /** Empty if the site has no such page. */
  readonly theirs: string;
}

/** A post whose page has another address: what its address is made of, and the path of the page. */
interface Pair {
  readonly parts: AddressParts;
  readonly path: string;
}

/** So many posts show which template is right. */
const MOST_SAMPLES = 200;

export interface SiteComparison {
  readonly compared: number;
  readonly differences: readonly AddressDifference[];
  /** A value of `posts.permalink` that corrects most addresses; undefined if none does. */
  readonly permalink?: string;
}

/**
 * Compares the posts with the pages of the built site. A post and a page belong together by their
 * address, else by their title, else by the last part of their address.
 */
export function comparePosts(
  posts: readonly AddressedPost[],
  pages: readonly SitePage[],
  { siteUrl, style }: { readonly siteUrl: string; readonly style: AddressStyle },
): SiteComparison {
  const byUrl = new Map(pages.map((page) => [comparable(page.url), page]));
  const ours = new Set(posts.map(({ url }) => comparable(url)));
  const isOurs = (url: string) => ours.has(url) || ours.has(url.replace(/\.html$/, ''));
  const others = pages.filter(({ url }) => !isOurs(comparable(url)));
  const byTitle = unique(others, ({ title }) => title?.trim().toLowerCase());
  const byName = unique(others, ({ url }) => lastPart(url));
  const differences: AddressDifference[] = [];
  const pairs: Pair[] = [];
  for (const post of posts) {
    // Jekyll writes the page of `permalink: /:title` to title.html, and links to it without the ending.
    const same = byUrl.get(comparable(post.url)) ?? byUrl.get(`${comparable(post.url)}.html`);
    const page =
      same ?? byTitle.get(post.title.trim().toLowerCase()) ?? byName.get(lastPart(post.url));
    const differs = (what: AddressDifference['what'], mine: string, theirs: string) =>
      differences.push({ file: post.file, what, ours: mine, theirs });
    if (page === undefined) {
      differs('missing', post.url, '');
      continue;
    }
    if (same === undefined) {
      differs('address', post.url, page.url);
      const path = pathBelow(siteUrl, page.url);
      const parts = path === undefined || pairs.length >= MOST_SAMPLES ? undefined : post.parts();
      if (path !== undefined && parts !== undefined) pairs.push({ parts, path });
    }
    if (page.title !== undefined && plain(page.title) !== plain(post.title)) {
      differs('title', post.title, page.title);
    }
    if (page.date !== undefined && !page.date.equals(post.date)) {
      differs('date', String(post.date), String(page.date));
    }
  }
  return { compared: posts.length, differences, permalink: permalinkFor(pairs, style) };
}

/** The template that gives most posts the path of their page; undefined if it suits less than half. */
function permalinkFor(pairs: readonly Pair[], style: AddressStyle): string | undefined {
  const templates = new Set(pairs.map(({ parts, path }) => templateOf(path, parts, style)));
  let best: { readonly template: string; readonly right: number } | undefined;
  for (const template of templates) {
    const right = pairs.filter(({ parts, path }) => {
      const made = permalinkPath(template, parts, style);
      return 'path' in made && comparablePath(made.path) === comparablePath(path);
    }).length;
    if (right > (best?.right ?? 0)) best = { template, right };
  }
  return best !== undefined && best.right * 2 >= pairs.length ? best.template : undefined;
}

/** Preferred first: what names a whole path, then what names a post, then its date. */
const PREFERRED = ['path', 'slugorcontentbasename', 'slug', 'title', 'contentbasename', 'name'];

/** `path` with each run of parts that a placeholder gives replaced by it. */
function templateOf(path: string, parts: AddressParts, style: AddressStyle): string {
  const names = Object.keys(style.placeholders);
  const ordered = [...PREFERRED.filter((name) => names.includes(name)), ...names];
  let rest = decoded(path);
  for (const name of ordered) {
    const made = permalinkPath(`/:${name}`, parts, style);
    const value = 'path' in made ? decoded(made.path).slice(1) : '';
    if (value === '') continue;
    // Whole parts of the path, and not what was replaced already.
    const place = new RegExp(`(?<=/)${RegExp.escape(value)}(?=/|\\.html$|$)`);
    rest = rest.replace(place, () => `:${name}`);
  }
  return rest;
}

function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

function pathBelow(siteUrl: string, url: string): string | undefined {
  const base = new URL(siteUrl);
  const page = URL.parse(url);
  if (page === null || page.host !== base.host || !page.pathname.startsWith(base.pathname)) {
    return undefined;
  }
  return `/${page.pathname.slice(base.pathname.length)}`;
}

/** Two spellings of one address: without the scheme, and percent-encoded in one way. */
function comparable(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? url : parsed.host + comparablePath(parsed.pathname);
}

function comparablePath(path: string): string {
  return decoded(path)
    .normalize('NFC')
    .replace(/(?<=\/)index\.html$/, '');
}

function lastPart(url: string): string {
  const path = comparablePath(URL.parse(url)?.pathname ?? url).replace(/\.html$|\/$/, '');
  return path.slice(path.lastIndexOf('/') + 1).toLowerCase();
}

function plain(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim();
}

/** Values by their key, without keys that several values have. */
function unique<Value>(
  values: readonly Value[],
  keyOf: (value: Value) => string | undefined,
): ReadonlyMap<string, Value> {
  const found = Map.groupBy(values, keyOf);
  return new Map(
    [...found].flatMap(([key, all]) => {
      const [only] = all;
      return key !== undefined && key !== '' && only !== undefined && all.length === 1
        ? [[key, only] as const]
        : [];
    }),
  );
}
