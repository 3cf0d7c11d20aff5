import type { GeneratorId } from '../settings/settings.ts';
import {
  type Fields,
  fieldValue,
  firstField,
  isMap,
  isNo,
  isYes,
  textOf,
} from './front-matter/fields.ts';
import { FIELD_NAMES, type KnownField } from './front-matter/known-fields.ts';
import type { Post } from './post.ts';

/** What the front matter says about publishing, apart from dates. */
export interface Publishing {
  /** The author has not finished the post. */
  readonly draft: boolean;
  /** The post is in no list of its site: the field that says it. */
  readonly hiddenBy?: string;
}

/** Whether a post is published, and when that changes. */
export interface Publication {
  readonly state: 'published' | 'draft' | 'hidden' | 'future' | 'expired';
  /** The next time at which the state changes without an edit; undefined if there is none. */
  readonly changesAt?: Temporal.Instant;
}

/**
 * What the fields say about publishing. The fields of every generator count in every site: a post that
 * one of them keeps back was not meant for readers. `status` alone is a word of many themes, and counts
 * only in Pelican.
 */
export function readPublishing(fields: Fields, generator: GeneratorId | undefined): Publishing {
  const status = textOf(fieldValue(fields, 'status'))?.toLowerCase() ?? '';
  const isPelican = generator === 'pelican';
  const draft =
    isTrue(fieldValue(fields, 'draft')) ||
    isNo(fieldValue(fields, 'notDraft')) ||
    (isPelican && status === 'draft');
  const hiding = [
    isTrue(fieldValue(fields, 'unlisted')) && firstField(fields, 'unlisted'),
    isTrue(fieldValue(fields, 'headless')) && firstField(fields, 'headless'),
    isTrue(fieldValue(fields, 'excluded')) && firstField(fields, 'excluded'),
    isNo(fieldValue(fields, 'rendered')) && firstField(fields, 'rendered'),
    isNo(fieldValue(fields, 'address')) && firstField(fields, 'address'),
    isUnlistedBuild(fieldValue(fields, 'build')) && firstField(fields, 'build'),
    isPelican && /^(?:hidden|skip)$/.test(status) && firstField(fields, 'status'),
  ].find((field) => field !== false && field !== undefined);
  return { draft, hiddenBy: hiding ? hiding.name : undefined };
}

/**
 * Yes, also as Go reads it (https://pkg.go.dev/strconv#ParseBool): 1, `t`. Quotes of print around it, or
 * invisible characters, do not let out what somebody wanted to keep back.
 */
function isTrue(value: unknown): boolean {
  if (isYes(value) || value === 1) return true;
  return (
    typeof value === 'string' && /^[^\p{L}\p{N}]*(?:true|yes|on|t|1)[^\p{L}\p{N}]*$/iu.test(value)
  );
}

/** Hugo's `build: {list: never}`, `_build: {list: false}`, and pages that are not rendered. */
function isUnlistedBuild(value: unknown): boolean {
  if (!isMap(value)) return false;
  const isNever = (option: unknown) => isNo(option) || option === 'never';
  return isNever(value.list) || isNever(value.render);
}

/**
 * Whether `post` is published at `now`. `includes`: what the settings publish besides (`posts.drafts`,
 * `posts.future`).
 */
export function publicationOf(
  post: Pick<Post, 'date' | 'draft' | 'hidden' | 'expiresAt'>,
  now: Temporal.Instant,
  includes: { readonly drafts: boolean; readonly future: boolean },
): Publication {
  const { date, draft, hidden, expiresAt } = post;
  if (hidden) return { state: 'hidden' };
  if (draft && !includes.drafts) return { state: 'draft' };
  if (expiresAt !== undefined && Temporal.Instant.compare(expiresAt, now) <= 0) {
    return { state: 'expired' };
  }
  const isFuture = Temporal.Instant.compare(date, now) > 0;
  if (isFuture && !includes.future) return { state: 'future', changesAt: date };
  return { state: 'published', changesAt: expiresAt };
}

/** Fields that look as if they kept a post back, by their name in lower case without `-` and `_`. */
const NEAR_MISSES: Readonly<Record<string, (value: unknown) => boolean>> = {
  ...{ hidden: isTrue, private: isTrue, secret: isTrue, unpublished: isTrue, wip: isTrue },
  ...{ publish: isNo, public: isNo, listed: isNo, visible: isNo },
  ...{ status: isKeptWord, state: isKeptWord, visibility: isKeptWord, access: isKeptWord },
  ...{ embargo: isSaid, embargodate: isSaid, embargountil: isSaid, releasedate: isSaid },
  ...{ publishon: isSaid, publishat: isSaid, scheduled: isSaid, scheduledfor: isSaid },
  ...{ expires: isSaid, expiry: isSaid, expire: isSaid, expirationdate: isSaid, expiresat: isSaid },
};

function isKeptWord(value: unknown): boolean {
  const words = [
    'draft',
    'private',
    'hidden',
    'unlisted',
    'pending',
    'unpublished',
    'password',
    'wip',
  ];
  return words.includes(String(value).toLowerCase());
}

/** Fields that keep a post back under exactly these names: another case does not, in most generators. */
const EXACT_NAMES: ReadonlyMap<string, readonly string[]> = new Map(
  [
    ...['draft', 'notDraft', 'publishFrom', 'publishUntil', 'unlisted', 'headless', 'excluded'],
    ...['build', 'rendered'],
  ].flatMap((known) => {
    const names = FIELD_NAMES[known as KnownField];
    return names.map((name) => [name.toLowerCase().replaceAll(/[-_]/g, ''), names] as const);
  }),
);

/** Whether a field has the name of one that keeps a post back, in another spelling. */
function isMisspelt(field: string, name: string, value: unknown): boolean {
  const exact = EXACT_NAMES.get(name);
  return exact !== undefined && !exact.includes(field) && isSaid(value);
}

function isSaid(value: unknown): boolean {
  return value !== null && value !== '' && !isNo(value);
}

/** What keeps a post back in a site of each generator. */
const KEEPS_BACK: Readonly<Partial<Record<GeneratorId, string>>> = {
  jekyll: 'published: false',
  pelican: 'Status: draft',
};

/**
 * Warnings for fields of a published post that look as if they kept it back, and do not; and for a
 * value of `draft` that is neither yes nor no.
 */
export function nearMisses(
  fields: Fields,
  file: string,
  generator: GeneratorId | undefined,
): readonly { readonly field?: string; readonly reason: string }[] {
  const remedy = `write ${KEEPS_BACK[generator ?? 'none'] ?? 'draft: true'}, if readers must not see it`;
  const found: { readonly field?: string; readonly reason: string }[] = [];
  for (const [field, value] of Object.entries(fields)) {
    const name = field.toLowerCase().replaceAll(/[-_]/g, '');
    const isNear = Object.hasOwn(NEAR_MISSES, name) && NEAR_MISSES[name]?.(value) === true;
    const isUnclear = name === 'draft' && !isTrue(value) && !isNo(value) && isSaid(value);
    if (!isNear && !isUnclear && !isMisspelt(field, name, value)) continue;
    const text = textOf(value) ?? 'a list or map';
    found.push({
      field,
      reason: `${field} "${text.slice(0, 40)}" does not keep the post back; ${remedy}`,
    });
  }
  if (/(?:^|\/)drafts?\//i.test(file)) {
    found.push({ reason: `a folder of drafts does not keep the post back; ${remedy}` });
  }
  return found;
}
