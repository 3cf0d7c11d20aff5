import { slugify } from '../kernel/slugify.ts';

/** The properties of a post that a permalink may contain. */
export interface PermalinkParts {
  /** `slug` of the front matter, else the file's name without the date. */
  readonly slug: string;
  /** Path of the file relative to the posts folder. */
  readonly file: string;
  readonly categories: readonly string[];
  readonly date: Temporal.Instant;
  /** The time zone for the year, month and day in the address. */
  readonly timeZone: string;
}

/** Jekyll's names for templates (https://jekyllrb.com/docs/permalinks/, built-in styles). */
const STYLES: Readonly<Record<string, string>> = {
  date: '/:categories/:year/:month/:day/:title:output_ext',
  pretty: '/:categories/:year/:month/:day/:title/',
  ordinal: '/:categories/:year/:y_day/:title:output_ext',
  weekdate: '/:categories/:year/W:week/:short_day/:title:output_ext',
  none: '/:categories/:title:output_ext',
};

interface Values extends PermalinkParts {
  readonly local: Temporal.ZonedDateTime;
}

const two = (value: number) => String(value).padStart(2, '0');
const three = (value: number) => String(value).padStart(3, '0');
const english = (style: 'long' | 'short', part: 'weekday' | 'month') => {
  // Its construction takes 20 ms, and few addresses contain a month.
  let format: Intl.DateTimeFormat | undefined;
  return ({ local }: Values) => {
    format ??= new Intl.DateTimeFormat('en', { [part]: style, timeZone: 'UTC' });
    return format.format(Date.UTC(local.year, local.month - 1, local.day));
  };
};

/** Jekyll's placeholders. */
const PLACEHOLDERS: Readonly<Record<string, (values: Values) => string>> = {
  year: ({ local }) => String(local.year).padStart(4, '0'),
  short_year: ({ local }) => two(local.year % 100),
  month: ({ local }) => two(local.month),
  i_month: ({ local }) => String(local.month),
  short_month: english('short', 'month'),
  long_month: english('long', 'month'),
  day: ({ local }) => two(local.day),
  i_day: ({ local }) => String(local.day),
  y_day: ({ local }) => three(local.dayOfYear),
  week: ({ local }) => two(local.weekOfYear ?? 0),
  w_year: ({ local }) => String(local.yearOfWeek ?? local.year),
  w_day: ({ local }) => String(local.dayOfWeek),
  short_day: english('short', 'weekday'),
  long_day: english('long', 'weekday'),
  hour: ({ local }) => two(local.hour),
  minute: ({ local }) => two(local.minute),
  second: ({ local }) => two(local.second),
  title: ({ slug }) => slugify(slug, 'pretty'),
  slug: ({ slug }) => slugify(slug).toLowerCase(),
  name: ({ file }) => slugify(baseName(file)).toLowerCase(),
  basename: ({ file }) => baseName(file),
  path: ({ file }) => file.replace(/\.[^./]+$/, ''),
  collection: () => 'posts',
  categories: ({ categories }) => categories.map((name) => segments(name.toLowerCase())).join('/'),
  slugified_categories: ({ categories }) =>
    categories.map((name) => slugify(name).toLowerCase()).join('/'),
  output_ext: () => '.html',
};

/**
 * The path of a post's page by `permalink` (one of Jekyll's styles, or a template), starting with `/` and
 * percent-encoded. Several slashes become one, and empty parts are removed. Returns a reason if the
 * template contains an unknown placeholder.
 */
export function permalinkPath(
  permalink: string,
  parts: PermalinkParts,
): { readonly path: string } | { readonly reason: string } {
  const template = Object.hasOwn(STYLES, permalink) ? (STYLES[permalink] ?? '') : permalink;
  const values = { ...parts, local: parts.date.toZonedDateTimeISO(parts.timeZone) };
  let unknown: string | undefined;
  const filled = template.replace(/:([a-z]+(?:_[a-z]+)*)/g, (_match, name: string) => {
    const known = placeholderIn(name);
    unknown ??= known === undefined ? name : undefined;
    return known === undefined ? '' : encodePath(fill(known, values)) + name.slice(known.length);
  });
  if (unknown !== undefined) {
    return {
      reason: `has :${unknown}, which is no placeholder of Jekyll; write :year, :title, ...`,
    };
  }
  const path = encodePath(`/${filled}`).replace(/\/{2,}/g, '/');
  if (climbs(path))
    return { reason: 'climbs out of the site by ".."; write a path like /news/title/' };
  return { path };
}

/** Two posts that differ in all properties that an address may contain. */
const SAMPLES: readonly PermalinkParts[] = [
  { slug: 'a', file: 'x/a.md', categories: ['a'], date: '2026-01-01T01:01:01Z' },
  { slug: 'b', file: 'y/b.md', categories: ['b'], date: '2027-12-12T12:12:12Z' },
].map((parts) => ({ ...parts, date: Temporal.Instant.from(parts.date), timeZone: 'UTC' }));

/**
 * Why `permalink` cannot be a template for the addresses of posts, as a phrase with the remedy; undefined
 * if it can.
 */
export function permalinkFlaw(permalink: string): string | undefined {
  const paths = SAMPLES.map((parts) => permalinkPath(permalink, parts));
  const [one, other] = paths.map((path) => ('path' in path ? path.path : undefined));
  const reason = paths.flatMap((path) => ('reason' in path ? [path.reason] : [])).at(0);
  if (reason !== undefined || one !== other) return reason;
  const styles = Object.keys(STYLES).join(', ');
  return `gives every post the same address; write ${styles}, or a template with :title in it`;
}

/** `:title_x` is `:title` and `_x`, as in Jekyll: the longest known name counts. */
function placeholderIn(name: string): string | undefined {
  let candidate = name;
  while (candidate !== '') {
    if (Object.hasOwn(PLACEHOLDERS, candidate)) return candidate;
    const cut = candidate.lastIndexOf('_');
    candidate = cut === -1 ? '' : candidate.slice(0, cut);
  }
  return undefined;
}

function fill(name: string, values: Values): string {
  return PLACEHOLDERS[name]?.(values) ?? '';
}

/** A category's name as folders of an address, without `..`. */
function segments(name: string): string {
  return name
    .split('/')
    .filter((segment) => !/^\.*$/.test(segment))
    .join('/');
}

function baseName(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.[^.]+$/, '');
}

/** Keeps the characters that RFC 3986 §3.3 allows in a path, and existing percent-encoding. */
function encodePath(text: string): string {
  if (/^[\w\-./~]*$/.test(text)) return text;
  return text
    .toWellFormed()
    .replace(/%(?![0-9a-f]{2})|[^\w\-.~!$&'()*+,;=:@/%]+/gi, encodeURIComponent);
}

/** Whether a segment is `..` or `.`, also if it is written as `%2e` (WHATWG URL, §4.4). */
function climbs(path: string): boolean {
  return path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
}
