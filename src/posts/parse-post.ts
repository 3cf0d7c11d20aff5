import { hash } from 'node:crypto';
import { parseLanguageTag } from '../kernel/language-tag.ts';
import type { Problem } from '../kernel/problem.ts';
import { type AddressParts, permalinkPath } from './addresses/permalink.ts';
import { excerptField } from './excerpt.ts';
import {
  type Fields,
  fieldValue,
  firstField,
  imageField,
  isMap,
  isYes,
  namesOf,
  peopleOf,
  separateNamesOf,
  textField,
  textOf,
  wholeNamesOf,
} from './front-matter/fields.ts';
import { placeOfField, readFrontMatter } from './front-matter/front-matter.ts';
import { withoutMarkup } from './front-matter/plain-words.ts';
import { dateFlaw, type PostDate, parsePostDate, type ZoneRule } from './front-matter/post-date.ts';
import type { Inherited } from './generators/generator.ts';
import {
  markdownOf,
  type PostNaming,
  type PostWays,
  waysOf,
} from './generators/site-generators.ts';
import type { BodyMark, Post } from './post.ts';
import type { PostContext } from './post-context.ts';
import { nearMisses, readPublishing } from './publication.ts';
import { sketchBody } from './stories/sketch.ts';
import { renderAddress } from './templates/render-address.ts';

/** A file of a post. */
export interface PostFile extends Pick<Post, 'file' | 'contentHash' | 'bytesHash'> {
  /** The decoded text, with its original line ends. */
  readonly text: string;
}

/** The parts of the file that rendering needs besides the `Post`. */
export interface PostSource {
  /**
   * Everything after the front matter, with LF as line ends. Without the heading that became the
   * title: blank lines in its place keep the line numbers.
   */
  readonly body: string;
  /** Line of the file where the body starts, counted from 1. */
  readonly bodyLine: number;
  readonly frontMatter: Fields;
}

/** A post with its source. The warnings do not exclude it. */
export interface ParsedPost {
  readonly post: Post;
  /** What its address is made of, and whether its front matter names it. */
  readonly address: { readonly parts: AddressParts; readonly isOwn: boolean };
  readonly source: PostSource;
  readonly warnings: readonly Problem[];
}

/** Why a file is not a post. `draft`: the file is not published yet, so no report is needed. */
export interface UnreadablePost {
  readonly problem: Problem;
  readonly draft: boolean;
}

/** A wrong field of the front matter, and the reason. */
interface WrongField {
  /** Undefined if it is not about a field. */
  readonly field?: string;
  readonly reason: string;
}

const NOTHING_INHERITED: Inherited = { fields: {} };

const NO_DATE =
  'has no date in its front matter, in its name or in its folders; write date: 2026-03-20';

/**
 * Parses a file to its post, or to the problem that excludes it. Posts that are not published are
 * treated like others; `readPosts` filters them. Never throws, for any text.
 */
export function parsePost(
  { text, file, contentHash, bytesHash }: PostFile,
  context: PostContext,
): ParsedPost | UnreadablePost {
  const { site, settings, inherited, languageOfFolder } = context;
  const { generator } = settings;
  const ways = waysOf(generator);
  // The name is the same on every machine, so the address is too.
  const composedFile = file.normalize('NFC');
  const named = ways.readPath(composedFile);
  const matter = readFrontMatter(text, file, generator);
  if ('problem' in matter) return { problem: matter.problem, draft: named.draft };

  const { bodyLine } = matter;
  const ofItsSite = inherited?.(file) ?? NOTHING_INHERITED;
  const { fields: ofSite, sections, sectionTitles, names, problem } = ofItsSite;
  if (problem !== undefined) return { problem: { file, line: 1, message: problem }, draft: false };
  const fields = ways.namedFields({ ...ofSite, ...matter.fields });
  const publishing = readPublishing(fields, generator);
  const draft = named.draft || publishing.draft;
  const report = ({ field, reason }: WrongField): Problem => ({
    file,
    ...(field === undefined ? { line: 1 } : placeOfField(matter, field)),
    message: reason,
  });
  const wrong: WrongField[] = [];
  const unlessWrong = <Value extends object>(field: Value | WrongField | undefined) => {
    if (field === undefined || !('reason' in field)) return field;
    wrong.push(field);
    return undefined;
  };
  const { timeZone } = site;
  const rule = { timeZone, datesWithoutZone: settings.datesWithoutZone };
  const dates = datesOf(fields, named, rule);
  // A field with a wrong date is never ignored.
  if (dates === undefined) return { problem: { file, line: 1, message: NO_DATE }, draft };
  if ('reason' in dates) return { problem: report(dates), draft };
  const { written, appears, expiresAt } = dates;
  if (dates.warning !== undefined) wrong.push(dates.warning);

  // Only Jekyll, and who reads like it, splits a text at spaces.
  const listOf = ways.splitsAtSpaces ? namesOf : separateNamesOf;
  const label = (named: string) => names?.tags?.get(named) ?? named;
  const categories = distinct([
    ...named.categories,
    ...wholeNamesOf(fieldValue(fields, 'category')),
    ...listOf(fieldValue(fields, 'categories')),
  ]);
  const people = [fieldValue(fields, 'author'), fieldValue(fields, 'authors')].flatMap((value) =>
    peopleOf(value, names?.authors),
  );
  const authors = [...Map.groupBy(people, ({ name }) => name)].map(([name, same]) => ({
    name,
    url: same.find(({ url }) => url !== undefined)?.url,
  }));
  const tag = unlessWrong(languageField(fields))?.tag ?? named.language;
  const inFolder = tag ?? languageOfFolder?.(file);
  const unlessSites = (each?: string) => (each === site.language ? undefined : each);
  const ownSlug = textField(fields, 'slug');
  const { isMdx } = markdownOf(file, context);
  const title = titleOf(fields, matter.body, named.name, isMdx);
  const parts: AddressParts = {
    slug: ownSlug,
    title,
    name: named.name,
    file: composedFile,
    sections,
    sectionTitles: sections && sectionTitles,
    categories,
    authors: authors.map(({ name }) => name),
    // The folder is in the path already.
    language: named.language ?? unlessSites(tag),
    date: written.instant,
    timeZone,
  };
  const path = postPath(fields, parts, ways, {
    template: settings.permalink ?? ways.permalink,
    ofSite: site.language,
  });
  if ('reason' in path) return { problem: report(path), draft };

  const body = bodyBelowTitle(fields, matter.body, isMdx);
  const post: Omit<Post, 'fingerprint'> = {
    file,
    givenId: textField(fields, 'id'),
    title,
    slug: ownSlug ?? named.name,
    date: appears.instant,
    datePrecision: appears.precision,
    expiresAt,
    updated: unlessWrong(dateField(fields, 'updated', rule))?.instant,
    path: path.path,
    url: site.url + path.path.slice(1),
    authors,
    categories,
    tags: distinct(
      [...wholeNamesOf(fieldValue(fields, 'tag')), ...listOf(fieldValue(fields, 'tags'))].map(
        label,
      ),
    ),
    language: unlessSites(inFolder),
    excerpt: excerptField(fields, matter.body),
    image: imageField(fields),
    draft,
    hidden: publishing.hiddenBy !== undefined,
    featured: isYes(fieldValue(fields, 'featured')),
    ...sketchBody(matter.body),
    contentHash,
    bytesHash,
    body: markBody(body),
  };
  return {
    post: { ...post, fingerprint: fingerprintOf(post, matter.body) },
    address: { parts, isOwn: firstField(fields, 'address') !== undefined },
    source: { body, bodyLine, frontMatter: fields },
    warnings: [
      ...matter.warnings,
      ...[...wrong, ...nearMisses(fields, file, generator)].map(report),
    ],
  };
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}

interface PostDates {
  /** When it was written, for its address. */
  readonly written: PostDate;
  /** When readers get it. */
  readonly appears: PostDate;
  readonly expiresAt?: Temporal.Instant;
  readonly warning?: WrongField;
}

/** Eleventy's words for a date that only Git or the file system knows. */
const COMPUTED_DATE = /^(?:git )?(?:last modified|created)$/i;

/**
 * The dates of a post; undefined if it has none. Without `date` the first of these counts: when it
 * appears, `published` if that is a date, the date in its name, when it was last changed.
 */
function datesOf(
  fields: Fields,
  named: PostNaming,
  rule: ZoneRule,
): PostDates | WrongField | undefined {
  const own = firstField(fields, 'published');
  const isComputed = COMPUTED_DATE.test(textOf(own?.value) ?? '');
  const date = isComputed ? undefined : dateField(fields, 'published', rule);
  const from = dateField(fields, 'publishFrom', rule);
  const until = dateField(fields, 'publishUntil', rule);
  for (const field of [date, from, until]) {
    if (field !== undefined && 'reason' in field) return field;
  }
  const fallback = () => {
    const published = fieldValue(fields, 'notDraft');
    const asDate = parsePostDate(textOf(published) ?? '', rule);
    if (asDate !== undefined) return asDate;
    if (named.day !== undefined) return parsePostDate(named.day, rule);
    // Zola's path = "2018/07/27/title".
    const [, day] =
      /^\/?(\d{4}\/\d\d\/\d\d)\//.exec(textOf(fieldValue(fields, 'address')) ?? '') ?? [];
    if (day !== undefined) return parsePostDate(day, rule);
    return isComputed ? undefined : dateField(fields, 'updated', rule);
  };
  const written = (date ?? from ?? fallback()) as PostDate | WrongField | undefined;
  if (written === undefined && isComputed && own !== undefined) {
    const reason = `${own.name} "${textOf(own.value)}" is known to Eleventy only; write the date itself`;
    return { field: own.name, reason };
  }
  if (written === undefined || 'reason' in written) return written;
  const reason = `${own?.name} "${textOf(own?.value)}" is known to Eleventy only; the date in the name of the file counts`;
  return {
    written,
    appears: (from as PostDate | undefined) ?? written,
    expiresAt: (until as PostDate | undefined)?.instant,
    warning: isComputed ? { field: own?.name, reason } : undefined,
  };
}

/** The date in a field. Undefined if the front matter does not have it. */
function dateField(
  fields: Fields,
  known: 'published' | 'publishFrom' | 'publishUntil' | 'updated',
  rule: ZoneRule,
): PostDate | WrongField | undefined {
  const found = firstField(fields, known);
  if (found === undefined) return undefined;
  const { name, value } = found;
  const text = textOf(value) ?? (isMap(value) ? 'a map' : 'a list');
  const reason = `${name} "${text.slice(0, 40)}" ${dateFlaw(text)}`;
  return parsePostDate(text, rule) ?? { field: name, reason };
}

/**
 * Path of the post's page, starting with `/`: from its own `permalink` (Hugo: `url`), else from the
 * site's template. Returns the error instead if the path leaves the site. A `url` of another site is that
 * of an article that the post is about.
 */
function postPath(
  fields: Fields,
  parts: AddressParts,
  ways: PostWays,
  { template, ofSite }: { readonly template: string; readonly ofSite: string },
): { readonly path: string } | WrongField {
  const own = firstField(fields, 'address', ways.isAddressField);
  const text = addressText(fields, parts, textOf(own?.value));
  const isElsewhere = /^[a-z][a-z0-9+.-]*:|^[/\\]{2}/i.test(text ?? '');
  if (isElsewhere && own?.name === 'permalink') {
    const reason = 'permalink leads to another site; write a path like /news/title/';
    return { field: own.name, reason };
  }
  const isOwn = own !== undefined && text !== undefined && !ways.isNoAddress(text) && !isElsewhere;
  const address = isOwn
    ? text.replace(/\\(?!:)/g, '/')
    : ways.inLanguage(template, parts.language, ofSite);
  const made = permalinkPath(address, parts, ways.addresses);
  if ('reason' in made) {
    return isOwn
      ? { field: own.name, reason: `${own.name} ${made.reason}` }
      : { field: 'slug', reason: `permalink ${made.reason}` };
  }
  const { path } = made;
  return { path: ways.hidesIndex ? path.replace(/\/index(?:\.html)?$/, '/') : path };
}

/** `text`, the address of a post, with the post's fields in place of Eleventy's templates. */
function addressText(
  fields: Fields,
  { title, name, date, file }: AddressParts,
  text: string | undefined,
): string | undefined {
  if (text === undefined || !text.includes('{{')) return text;
  const stem = `/${file.replace(/\.[^./]+$/, '')}`;
  const page = { fileSlug: name, filePathStem: stem, date: new Date(date.epochMilliseconds) };
  // A date without a filter is written in the way of the program that runs the template.
  if (/\{\{\s*page\.date\s*\}\}/.test(text)) return undefined;
  return renderAddress(text, { ...fields, title, page }) ?? text;
}

/** With number signs before it, or a line of equals signs below. */
const HEADING =
  /^(\s*)(?:# +(?=\S)([^\n]*)|(?=[\p{L}\p{N}*_`"'“])([^\n]*)\n {0,3}=+[ \t]*)(?:\n|$)/u;
/** MDX may import components before it. */
const MDX_HEADING = /^((?:\s*(?:import|export) [^\n]*\n)*\s*)# +(\S.*)(?:\n|$)/;

/**
 * A post's title: from its front matter, else the heading at the start of its body, else from the
 * file's name, as in Jekyll. Plain text without marks of HTML and Markdown.
 */
export function titleOf(fields: Fields, body: string, name: string, isMdx = false): string {
  const words = name.split(/[-_ ]+/).filter(Boolean);
  const [, , heading, underlined] = (isMdx ? MDX_HEADING : HEADING).exec(body) ?? [];
  return (
    withoutMarkup(textField(fields, 'title') ?? '') ||
    textOf(withoutMarkup(underlined ?? withoutClosing(heading ?? ''))) ||
    words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ')
  );
}

/** The text of a heading without closing number signs. */
export function withoutClosing(heading: string): string {
  const text = heading.trimEnd();
  let end = text.length;
  while (text[end - 1] === '#') end--;
  return text[end - 1] === ' ' ? text.slice(0, end).trimEnd() : text;
}

/** The body without the heading that became the title. Blank lines keep the line numbers. */
export function bodyBelowTitle(fields: Fields, body: string, isMdx = false): string {
  if (textField(fields, 'title') !== undefined) return body;
  return body.replace(
    isMdx ? MDX_HEADING : HEADING,
    (heading, before: string) => before + heading.slice(before.length).replace(/[^\n]/g, ''),
  );
}

/** The language that the front matter names, as a registered tag (BCP 47). */
function languageField(fields: Fields): { readonly tag: string } | WrongField | undefined {
  const found = firstField(fields, 'language');
  if (found === undefined) return undefined;
  const value: unknown = Array.isArray(found.value) ? found.value[0] : found.value;
  const text = textOf(value);
  if (text === undefined) return undefined;
  const parsed = parseLanguageTag(text);
  if ('tag' in parsed) return parsed;
  return { field: found.name, reason: `${found.name} "${text.slice(0, 40)}" ${parsed.reason}` };
}

/** Many posts share shorter bodies ("Comments are open."). */
const SHORTEST_MARK = 40;

/** Identifies a body without the title's heading. Undefined if it is too short for that. */
export function markBody(body: string): BodyMark | undefined {
  const bare = body.trim();
  if (bare.length < SHORTEST_MARK) return undefined;
  return { hash: hash('sha256', bare, 'hex'), length: bare.length };
}

/**
 * `Post.fingerprint`: the hash of what a digest shows of a post and its file contains. The address is
 * compared separately. Line ends in a checkout change nothing: `body` has LF.
 */
function fingerprintOf(post: Omit<Post, 'fingerprint'>, body: string): string {
  const { title, authors, categories, language, excerpt, image } = post;
  const names = authors.map(({ name }) => name);
  const shown = [title, names, categories[0], language, excerpt, image?.source, image?.alt];
  return hash('sha256', JSON.stringify([...shown, body.trim()]), 'base64url');
}
