import { Liquid } from 'liquidjs';
import { slugify } from '../../kernel/slugify.ts';
import { renderMarkdown } from '../markdown/render-markdown.ts';
import type { Post } from '../post.ts';
import type { RenderContext } from '../render-context.ts';

/** Limits for one post: a loop in a post must not stop the build. */
const LIMITS = { parseLimit: 20_000_000, memoryLimit: 20_000_000, renderLimit: 5000 };
const BLOCKS = ['if', 'unless', 'for', 'case', 'capture', 'tablerow', 'raw'];
/** Not allowed in posts: they read files, or their result changes each time. */
const TAGS_TAKEN_OUT = ['render', 'layout', 'block'];
const FILTERS_TAKEN_OUT = ['sample', 'shuffle'];

const plain = new Liquid();

/** The tags that a post may use, including those that end or divide a block. */
export const knownTags: ReadonlySet<string> = new Set([
  ...Object.keys(plain.tags).filter((name) => !TAGS_TAKEN_OUT.includes(name)),
  ...BLOCKS.map((name) => `end${name}`),
  ...['else', 'elsif', 'when', 'endcomment'],
]);

/** The filters that a post may use: Liquid's, and our own versions of Jekyll's and Eleventy's. */
export const knownFilters: ReadonlySet<string> = new Set([
  ...Object.keys(plain.filters).filter((name) => !FILTERS_TAKEN_OUT.includes(name)),
  ...['absolute_url', 'relative_url', 'url', 'markdownify', 'smartify', 'slug', 'safe'],
]);

/**
 * Returns a Liquid engine for one post. `include` reads only through `readInclude`. Templates see
 * only own properties. "now" is the post's date, so every render gives the same bytes. Dates are in
 * the site's time zone.
 */
export function liquidFor(
  post: Post,
  { site }: RenderContext,
  readInclude: (name: string) => string,
): Liquid {
  const named = (file: string) => file.replace(/^["']|["'],?$/g, '');
  const liquid = new Liquid({
    ...LIMITS,
    ownPropertyOnly: true,
    jekyllInclude: true,
    dynamicPartials: false,
    relativeReference: false,
    timezoneOffset: site.timeZone,
    fs: {
      existsSync: () => true,
      exists: async () => true,
      readFileSync: (file) => readInclude(named(file)),
      readFile: async (file) => readInclude(named(file)),
      resolve: (_folder, file) => file,
    },
  });
  addFilters(liquid, site.url);
  fixNow(liquid, post.date.toString());
  return liquid;
}

function addFilters(liquid: Liquid, siteUrl: string): void {
  const base = new URL(siteUrl).pathname.replace(/\/$/, '');
  const text = (value: unknown) => String(value ?? '');
  const relative = (value: unknown) =>
    /^[a-z]+:/i.test(String(value))
      ? String(value)
      : `${base}/${String(value ?? '').replace(/^\//, '')}`;
  const absolute = (value: unknown) =>
    URL.parse(String(value ?? '').replace(/^\/(?!\/)/, ''), siteUrl)?.href ?? '';
  liquid.registerFilter('relative_url', relative);
  liquid.registerFilter('url', relative);
  liquid.registerFilter('absolute_url', absolute);
  liquid.registerFilter('markdownify', (value: unknown) =>
    renderMarkdown(String(value), { docId: 'm' }),
  );
  liquid.registerFilter('slug', (value: unknown) => slugify(String(value)).toLowerCase());
  // These change how text looks in a browser, and have no use in a feed.
  liquid.registerFilter('smartify', text);
  liquid.registerFilter('safe', text);
}

/** `'now' | date` would read the clock. The post's date keeps the result the same each time. */
function fixNow(liquid: Liquid, date: string): void {
  for (const name of ['date', 'date_to_string', 'date_to_long_string', 'date_to_xmlschema']) {
    const filter = liquid.filters[name];
    if (typeof filter !== 'function') continue;
    liquid.registerFilter(name, function (value: unknown, ...args: unknown[]) {
      return filter.call(this, /^(?:now|today)$/.test(String(value)) ? date : value, ...args);
    });
  }
}
