import type { Problem } from '../kernel/problem.ts';
import type { PostSettings, SiteSettings } from '../settings/settings.ts';
import { postPath } from './addresses/post-path.ts';
import { whenPublished, whenUpdated } from './dates/when-published.ts';
import { excerptField } from './excerpts/excerpt-field.ts';
import { fingerprintOf } from './fingerprint.ts';
import { placeOfField } from './front-matter/field-place.ts';
import {
  distinct,
  type Fields,
  fieldValue,
  firstField,
  isNo,
  isYes,
  namesOf,
  peopleOf,
  textField,
  textOf,
  wholeNamesOf,
} from './front-matter/fields.ts';
import { type FrontMatter, readFrontMatter } from './front-matter/front-matter.ts';
import { namedImage } from './front-matter/image-field.ts';
import { bodyBelowTitle, titleOf } from './front-matter/title-of.ts';
import type { WrongField } from './front-matter/wrong-field.ts';
import { type FileName, readFileName } from './generators/post-path.ts';
import { markBody } from './ids/mark-body.ts';
import type { Post } from './post.ts';
import { sketchBody } from './stories/sketch.ts';

/** The parts of the file that rendering needs besides the `Post`. */
export interface PostSource {
  /** Everything after the front matter, with LF as line ends. */
  readonly body: string;
  /** Line of the file where the body starts, counted from 1. */
  readonly bodyLine: number;
  readonly frontMatter: Fields;
}

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

export interface PostContext {
  readonly site: SiteSettings;
  readonly settings: PostSettings;
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

const NO_DATE =
  'has no date in its front matter, in its name or in its folders; write date: 2026-03-20';

/**
 * Parses a file to its post, or to the problem that excludes it. Drafts and future posts are
 * treated like others; `readPosts` filters them. Never throws, for any text.
 */
export function parsePost(input: PostFile, context: PostContext): ParsedPost | UnreadablePost {
  const { file } = input;
  // The name is the same on every machine, so the address is too.
  const composedFile = file.normalize('NFC');
  const name = readFileName(composedFile);
  const matter = readFrontMatter(input.text, file);
  if ('problem' in matter) return { problem: matter.problem, draft: name.inDrafts };

  const { fields } = matter;
  const draft = isDraft(fields, name);
  const told = ({ field, reason }: WrongField): Problem => ({
    file,
    ...placeOfField(matter, field),
    message: reason,
  });
  const rule = {
    timeZone: context.site.timeZone,
    datesWithoutZone: context.settings.datesWithoutZone,
  };
  const date = whenPublished(fields, name, rule);
  if (date === undefined) return { problem: { file, line: 1, message: NO_DATE }, draft };
  if ('reason' in date) return { problem: told(date), draft };

  const categories = categoriesOf(fields, name);
  const slug = textField(fields, 'slug') ?? name.name;
  const { timeZone } = context.site;
  const parts = { slug, file: composedFile, categories, date: date.instant, timeZone };
  const path = postPath(fields, parts, context.settings.permalink);
  if ('reason' in path) return { problem: told(path), draft };

  const updated = whenUpdated(fields, rule);
  const language = languageField(fields);
  const warnings = [updated, language].flatMap((field) =>
    field !== undefined && 'reason' in field ? [told(field)] : [],
  );
  const post: Omit<Post, 'fingerprint'> = {
    file,
    title: titleOf(matter, name.name),
    slug,
    date: date.instant,
    datePrecision: date.precision,
    path: path.path,
    url: context.site.url + path.path.slice(1),
    authors: distinct([
      ...peopleOf(fieldValue(fields, 'author')),
      ...peopleOf(fieldValue(fields, 'authors')),
    ]),
    categories,
    tags: distinct([
      ...wholeNamesOf(fieldValue(fields, 'tag')),
      ...namesOf(fieldValue(fields, 'tags')),
    ]),
    draft,
    featured: isYes(fieldValue(fields, 'featured')),
    contentHash: input.contentHash,
    ...(input.bytesHash !== undefined && { bytesHash: input.bytesHash }),
    ...sketchBody(matter.body),
    ...optionalFields(matter),
    ...(updated !== undefined && 'instant' in updated && { updated: updated.instant }),
    ...(language !== undefined &&
      'tag' in language &&
      language.tag !== context.site.language && { language: language.tag }),
  };
  const source = { body: matter.body, bodyLine: matter.bodyLine, frontMatter: fields };
  const fingerprint = fingerprintOf(post, matter.body);
  return { post: { ...post, fingerprint }, source, warnings: [...matter.warnings, ...warnings] };
}

function optionalFields({ fields, body }: FrontMatter) {
  const givenId = textField(fields, 'id');
  const excerpt = excerptField(fields, body);
  const image = namedImage(fields);
  const mark = markBody(bodyBelowTitle({ fields, body }));
  return {
    ...(givenId !== undefined && { givenId }),
    ...(excerpt !== undefined && { excerpt }),
    ...(image !== undefined && { image }),
    ...(mark !== undefined && { body: mark }),
  };
}

function isDraft(fields: Fields, name: FileName): boolean {
  // Jekyll's `published: false`, Hugo's and Astro's `draft: true`.
  return (
    name.inDrafts || isYes(fieldValue(fields, 'draft')) || isNo(fieldValue(fields, 'notDraft'))
  );
}

function categoriesOf(fields: Fields, name: FileName): string[] {
  return distinct([
    ...name.categories,
    ...wholeNamesOf(fieldValue(fields, 'category')),
    ...namesOf(fieldValue(fields, 'categories')),
  ]);
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
