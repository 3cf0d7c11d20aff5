/** The properties of a post that its address may contain. */
export interface AddressParts {
  /** `slug` of the front matter. */
  readonly slug?: string;
  readonly title: string;
  /** The file's name without its date and extension. */
  readonly name: string;
  /** Path of the file relative to the posts folder. */
  readonly file: string;
  /** The sections that it is in, if not every folder is one. */
  readonly sections?: readonly string[];
  /** Their titles, or what addresses have in place of them. */
  readonly sectionTitles?: readonly string[];
  readonly categories: readonly string[];
  readonly authors: readonly string[];
  /** BCP 47. Absent if it is the site's language. */
  readonly language?: string;
  readonly date: Temporal.Instant;
  /** The time zone for the year, month and day in the address. */
  readonly timeZone: string;
}

/** What a placeholder of an address stands for. */
export type Placeholder = (parts: AddressParts, local: Temporal.ZonedDateTime) => string;

/** How the addresses of a site are written. */
export interface AddressStyle {
  /** Placeholders by name, without the colon. */
  readonly placeholders: Readonly<Record<string, Placeholder>>;
  /** Placeholders with a form instead of a name, without the colon. */
  readonly forms?: (text: string) => Placeholder | undefined;
  /** Names for whole templates. */
  readonly styles?: Readonly<Record<string, string>>;
}

/** `value` with at least `digits` digits. */
export const padded = (value: number, digits: number) => String(value).padStart(digits, '0');

/** The English name of a part of the date. */
export const english = (style: 'long' | 'short', part: 'weekday' | 'month'): Placeholder => {
  // Its construction takes 20 ms, and few addresses contain a month.
  let format: Intl.DateTimeFormat | undefined;
  return (_parts, { year, month, day }) => {
    format ??= new Intl.DateTimeFormat('en', { [part]: style, timeZone: 'UTC' });
    return format.format(Date.UTC(year, month - 1, day));
  };
};

/** Parts of the date that have the same names everywhere. */
export const DATE_PLACEHOLDERS = {
  year: (_parts, { year }) => padded(year, 4),
  month: (_parts, { month }) => padded(month, 2),
  day: (_parts, { day }) => padded(day, 2),
  hour: (_parts, { hour }) => padded(hour, 2),
  minute: (_parts, { minute }) => padded(minute, 2),
  second: (_parts, { second }) => padded(second, 2),
} as const satisfies Record<string, Placeholder>;

/**
 * The path of a post's page by `permalink` (a style, or a template with the placeholders of `style`),
 * starting with `/` and percent-encoded. Several slashes become one, and empty parts are removed. Returns
 * a reason if the template contains an unknown placeholder.
 */
export function permalinkPath(
  permalink: string,
  parts: AddressParts,
  { placeholders, forms, styles = {} }: AddressStyle,
): { readonly path: string } | { readonly reason: string } {
  const template = Object.hasOwn(styles, permalink) ? (styles[permalink] ?? '') : permalink;
  const local = parts.date.toZonedDateTimeISO(parts.timeZone);
  let unknown: string | undefined;
  const pattern = forms === undefined ? NAME : NAME_OR_FORM;
  const filled = template.replace(pattern, (_match, name: string) => {
    const form = Object.hasOwn(placeholders, name) ? undefined : forms?.(name);
    if (form !== undefined) return encodePath(form(parts, local));
    const known = placeholderIn(name, placeholders);
    unknown ??= known === undefined ? name : undefined;
    if (known === undefined) return '';
    return encodePath(placeholders[known]?.(parts, local) ?? '') + name.slice(known.length);
  });
  if (unknown !== undefined) {
    const names = Object.keys(placeholders).map((name) => `:${name}`);
    return { reason: `has :${unknown}, which is no placeholder; write ${names.join(', ')}` };
  }
  const path = encodePath(`/${filled.replaceAll('\\:', ':')}`).replace(/\/{2,}/g, '/');
  if (climbs(path))
    return { reason: 'climbs out of the site by ".."; write a path like /news/title/' };
  return { path };
}

// A colon after a backslash is itself.
const NAME = /(?<!\\):([a-z]+(?:_[a-z]+)*)/g;
const NAME_OR_FORM = /(?<!\\):(\w+(?:\[[^\]]+\])?)/g;

/** Two posts that differ in all properties that an address may contain. */
const SAMPLES: readonly AddressParts[] = [
  { slug: 'a', file: 'x/a.md', categories: ['a'], date: '2026-01-01T01:01:01Z' },
  { slug: 'b', file: 'y/b.md', categories: ['b'], date: '2027-12-12T12:12:12Z' },
].map((parts) => ({
  ...parts,
  ...{ title: parts.slug, name: parts.slug, authors: [parts.slug] },
  ...{ date: Temporal.Instant.from(parts.date), timeZone: 'UTC' },
}));

/**
 * Why `permalink` cannot be a template for the addresses of posts, as a phrase with the remedy; undefined
 * if it can.
 */
export function permalinkFlaw(permalink: string, style: AddressStyle): string | undefined {
  const paths = SAMPLES.map((parts) => permalinkPath(permalink, parts, style));
  const [one, other] = paths.map((path) => ('path' in path ? path.path : undefined));
  const reason = paths.flatMap((path) => ('reason' in path ? [path.reason] : [])).at(0);
  if (reason !== undefined || one !== other) return reason;
  const styles = Object.keys(style.styles ?? {}).map((name) => `${name}, `);
  return `gives every post the same address; write ${styles.join('')}or a template with :${'title' in style.placeholders ? 'title' : 'path'} in it`;
}

/** `:title_x` is `:title` and `_x`, as in Jekyll: the longest known name counts. */
function placeholderIn(
  name: string,
  placeholders: AddressStyle['placeholders'],
): string | undefined {
  let candidate = name;
  while (candidate !== '') {
    if (Object.hasOwn(placeholders, candidate)) return candidate;
    const cut = candidate.lastIndexOf('_');
    candidate = cut === -1 ? '' : candidate.slice(0, cut);
  }
  return undefined;
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
