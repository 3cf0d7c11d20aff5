import { hash } from 'node:crypto';
import type { Problem } from '../kernel/problem.ts';
import { type PermalinkParts, permalinkPath } from '../settings/permalink.ts';
import { excerptField } from './excerpt.ts';
import {
  type Fields,
  fieldValue,
  firstField,
  imageField,
  isMap,
  isNo,
  isYes,
  namesOf,
  peopleOf,
  textField,
  textOf,
  wholeNamesOf,
} from './front-matter/fields.ts';
import { placeOfField, readFrontMatter } from './front-matter/front-matter.ts';
import { dayAlone, type PostDate, parsePostDate, type ZoneRule } from './front-matter/post-date.ts';
import { isNoAddress, readPostPath } from './generators/site-generators.ts';
import type { BodyMark, Post } from './post.ts';
import type { PostContext } from './post-context.ts';
import { sketchBody } from './stories/sketch.ts';

export interface PostFile {
  /** The decoded text, with its original line ends. */
  readonly text: string;
  /** Path relative to the posts folder, with `/`. */
  readonly file: string;
  /** Same as `Post.contentHash`. */
  readonly contentHash: string;
  /** Same as `Post.bytesHash`. */
  readonly bytesHash?: string;
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

export interface ParsedPost {
  readonly post: Post;
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
  readonly field: string;
  readonly reason: string;
}

const NO_DATE =
  'has no date in its front matter, in its name or in its folders; write date: 2026-03-20';

/**
 * Parses a file to its post, or to the problem that excludes it. Drafts and future posts are
 * treated like others; `readPosts` filters them. Never throws, for any text.
 */
export function parsePost(
  { text, file, contentHash, bytesHash }: PostFile,
  { site, settings }: PostContext,
): ParsedPost | UnreadablePost {
  // The name is the same on every machine, so the address is too.
  const composedFile = file.normalize('NFC');
  const named = readPostPath(composedFile);
  const matter = readFrontMatter(text, file);
  if ('problem' in matter) return { problem: matter.problem, draft: named.draft };

  const { fields, bodyLine } = matter;
  const draft =
    named.draft || isYes(fieldValue(fields, 'draft')) || isNo(fieldValue(fields, 'notDraft'));
  const report = ({ field, reason }: WrongField): Problem => ({
    file,
    ...placeOfField(matter, field),
    message: reason,
  });
  const { timeZone } = site;
  const rule = { timeZone, datesWithoutZone: settings.datesWithoutZone };
  // A field with a wrong date is never ignored.
  const date = dateField(fields, 'published', rule) ?? (named.day && dayAlone(...named.day, rule));
  if (date === undefined) return { problem: { file, line: 1, message: NO_DATE }, draft };
  if ('reason' in date) return { problem: report(date), draft };

  const categories = distinct([
    ...named.categories,
    ...wholeNamesOf(fieldValue(fields, 'category')),
    ...namesOf(fieldValue(fields, 'categories')),
  ]);
  const slug = textField(fields, 'slug') ?? named.name;
  const parts = { slug, file: composedFile, categories, date: date.instant, timeZone };
  const path = postPath(fields, parts, settings.permalink);
  if ('reason' in path) return { problem: report(path), draft };

  const wrong: WrongField[] = [];
  const unlessWrong = <Value extends object>(field: Value | WrongField | undefined) => {
    if (field === undefined || !('reason' in field)) return field;
    wrong.push(field);
    return undefined;
  };
  const language = unlessWrong(languageField(fields))?.tag;
  const body = bodyBelowTitle(fields, matter.body);
  const post: Omit<Post, 'fingerprint'> = {
    file,
    givenId: textField(fields, 'id'),
    title: titleOf(fields, matter.body, named.name),
    slug,
    date: date.instant,
    datePrecision: date.precision,
    updated: unlessWrong(dateField(fields, 'updated', rule))?.instant,
    path: path.path,
    url: site.url + path.path.slice(1),
    authors: distinct([
      ...peopleOf(fieldValue(fields, 'author')),
      ...peopleOf(fieldValue(fields, 'authors')),
    ]),
    categories,
    tags: distinct([
      ...wholeNamesOf(fieldValue(fields, 'tag')),
      ...namesOf(fieldValue(fields, 'tags')),
    ]),
    language: language === site.language ? undefined : language,
    excerpt: excerptField(fields, matter.body),
    image: imageField(fields),
    draft,
    featured: isYes(fieldValue(fields, 'featured')),
    ...sketchBody(matter.body),
    contentHash,
    bytesHash,
    body: markBody(body),
  };
  return {
    post: { ...post, fingerprint: fingerprintOf(post, matter.body) },
    source: { body, bodyLine, frontMatter: fields },
    warnings: [...matter.warnings, ...wrong.map(report)],
  };
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}

/** The date in a field. Undefined if the front matter does not have it. */
function dateField(
  fields: Fields,
  known: 'published' | 'updated',
  rule: ZoneRule,
): PostDate | WrongField | undefined {
  const found = firstField(fields, known);
  if (found === undefined) return undefined;
  const { name, value } = found;
  const text = textOf(value) ?? (isMap(value) ? 'a map' : 'a list');
  const reason = `${name} "${text.slice(0, 40)}" is not a date; write 2026-03-20 or 2026-03-20T07:30`;
  return parsePostDate(text, rule) ?? { field: name, reason };
}

/**
 * Path of the post's page, starting with `/`: from its own `permalink` (Hugo: `url`), else from the
 * site's. Returns the error instead if the path leaves the site or leads to another one.
 */
function postPath(
  fields: Fields,
  parts: PermalinkParts,
  sitePermalink: string,
): { readonly path: string } | WrongField {
  const own = firstField(fields, 'address');
  const text = textOf(own?.value);
  if (own === undefined || text === undefined || isNoAddress(text)) {
    const path = permalinkPath(sitePermalink, parts);
    return 'path' in path ? path : { field: 'slug', reason: `permalink ${path.reason}` };
  }
  const field = own.name;
  if (/^[a-z][a-z0-9+.-]*:|^[/\\]{2}/i.test(text)) {
    return { field, reason: `${field} leads to another site; write a path like /news/title/` };
  }
  const path = permalinkPath(text.replaceAll('\\', '/'), parts);
  return 'path' in path ? path : { field, reason: `${field} ${path.reason}` };
}

const HEADING = /^\s*# +(\S.*)(?:\n|$)/;

/**
 * A post's title: from its front matter, else the heading at the start of its body, else from the
 * file's name, as in Jekyll.
 */
export function titleOf(fields: Fields, body: string, name: string): string {
  const words = name.split(/[-_ ]+/).filter(Boolean);
  return (
    textField(fields, 'title') ??
    textOf(withoutMarks(HEADING.exec(body)?.[1] ?? '')) ??
    words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ')
  );
}

/** The text of a heading without emphasis marks and without closing number signs. */
function withoutMarks(heading: string): string {
  const text = heading.trimEnd();
  let end = text.length;
  while (text[end - 1] === '#') end--;
  const isClosed = text[end - 1] === ' ';
  return (isClosed ? text.slice(0, end) : text).replace(/[*_`]+/g, '');
}

/** The body without the heading that became the title. Blank lines keep the line numbers. */
export function bodyBelowTitle(fields: Fields, body: string): string {
  if (textField(fields, 'title') !== undefined) return body;
  return body.replace(HEADING, (heading) => heading.replace(/[^\n]/g, ''));
}

/** Far longer than any BCP 47 tag. Longer ones take quadratic time to check. */
const LONGEST_LANGUAGE = 100;

/** The language that the front matter names, as a BCP 47 tag. */
function languageField(fields: Fields): { readonly tag: string } | WrongField | undefined {
  const found = firstField(fields, 'language');
  const text = textOf(found?.value)?.replaceAll('_', '-');
  if (found === undefined || text === undefined) return undefined;
  const tag = text.length > LONGEST_LANGUAGE ? undefined : canonicalTag(text);
  if (tag !== undefined) return { tag };
  const reason = `${found.name} "${text.slice(0, 40)}" is no language tag; write en or pt-BR`;
  return { field: found.name, reason };
}

function canonicalTag(text: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(text)[0];
  } catch {
    return undefined;
  }
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
  const shown = [title, authors, categories[0], language, excerpt, image?.source, image?.alt];
  return hash('sha256', JSON.stringify([...shown, body.trim()]), 'base64url');
}
