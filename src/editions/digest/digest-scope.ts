import { readLogo } from '../../feeds/logo.ts';
import { flawInMail } from '../../feeds/mail-picture.ts';
import { oneLine } from '../../kernel/one-line.ts';
import { textDirection } from '../../kernel/text-direction.ts';
import type { Texts } from '../../kernel/texts.ts';
import type { Post, RenderedPost } from '../../posts/post.ts';
import type { LogoSetting, NewsletterSettings, SiteSettings } from '../../settings/settings.ts';
import { renderLiquid } from '../../templates/render-liquid.ts';
import { PLACEHOLDERS } from '../edition.ts';
import type { Layout } from './fit-layout.ts';
import { type Block, htmlOf, plainOf, textOf } from './opening-blocks.ts';
import { openingOf } from './opening-of.ts';
import { shorten } from './shorten.ts';

const SUBJECT_LENGTH = 150;
const PREHEADER_LENGTH = 140;
const TITLE_LENGTH = 300;
const LEAD_LENGTH = 480;
const EXCERPT_LENGTH = 220;
const SEPARATOR = ' · ';

/** What the scope of a digest is made from, besides its stories. */
export interface DigestScopeInput {
  readonly newsletter: NewsletterSettings;
  /** Its weekly sister, whose link is in the foot. Absent without a service. */
  readonly weekly?: Pick<NewsletterSettings, 'name'> | undefined;
  readonly site: Pick<SiteSettings, 'title' | 'url' | 'logo'>;
  /** The digest's own words, in the newsletter's language. */
  readonly texts: Texts;
  /** Address of the archive's parent folder, ends with `/`. */
  readonly publicUrl: string;
  readonly editionId: string;
  /** The day of the edition in the newsletter's time zone: `2026-03-20`. */
  readonly day: string;
}

/**
 * What `digest.mjml` and `digest.txt` see of the stories of `layout`, in the mail. `rendered` has the
 * posts with a body, by file.
 */
export function digestScope(
  { newsletter, weekly, site, texts, publicUrl, editionId, day }: DigestScopeInput,
  layout: Layout,
  rendered: ReadonlyMap<string, RenderedPost>,
) {
  const view = (post: Post, number: number) => {
    const body = rendered.get(post.file) ?? { post, html: '', excerpt: post.excerpt ?? '' };
    return storyView(body, number, newsletter.language);
  };
  const lead = view(layout.lead, 1);
  const stories = layout.stories.map((post, index) => view(post, index + 2));
  const first = stories.length + 2;
  const headlines = layout.headlines.map((post, index) =>
    headlineView(post, first + index, newsletter.language),
  );
  const common = { ...newsletterScope(newsletter, site, publicUrl), texts };
  const date = longDate(day, newsletter.language);
  return {
    ...common,
    /** True on the page of the edition in the archive, which leaves out what is for one subscriber. */
    is_web: false,
    edition: {
      id: editionId,
      day,
      date,
      subject: subjectOf(newsletter, date, { ...common, lead, stories, day, date }),
      preheader: preheaderOf(lead.excerpt, lead.language, [...stories, ...headlines]),
      /** Empty if the newsletter has no archive. */
      archive_url: newsletter.archive === 'off' ? '' : `${publicUrl}archive/${editionId}/`,
    },
    lead,
    stories,
    headlines,
    /** Number of stories without room. They are in the archive. */
    more: layout.dropped.length,
    /** The newsletter that comes less often, and its link. Null if there is none. */
    weekly: weekly ? { name: oneLine(weekly.name), url: WEEKLY_URL } : null,
    subscriber: SUBSCRIBER_SCOPE,
  };
}

/** What every template sees of the newsletter and the site. */
export function newsletterScope(
  newsletter: NewsletterSettings,
  site: Pick<SiteSettings, 'title' | 'url' | 'logo'>,
  publicUrl: string,
) {
  const logo = (setting: LogoSetting | undefined, name: string) => {
    const found = readLogo(setting, name, publicUrl);
    if (found === undefined || flawInMail(found, publicUrl) !== undefined) return null;
    const { url, alt, width, height } = found;
    return { url, alt, width, height };
  };
  const name = oneLine(newsletter.name);
  const title = oneLine(site.title);
  return {
    newsletter: {
      id: newsletter.id,
      name,
      description: oneLine(newsletter.description),
      language: newsletter.language,
      dir: textDirection(newsletter.language),
      color: newsletter.color,
      /** Stands in place of the name, which is its alternative text. Null if there is none. */
      logo: logo(newsletter.logo, name),
      /** One entry for each line. */
      postal_address: newsletter.postalAddress
        .split('\n')
        .map(oneLine)
        .filter((line) => line !== ''),
    },
    site: { title, url: site.url, logo: logo(site.logo, title) },
  };
}

/** Placeholders that each message replaces with its subscriber's values, by their names in templates. */
export const SUBSCRIBER_SCOPE = {
  address: PLACEHOLDERS.address,
  unsubscribe_url: PLACEHOLDERS.unsubscribeUrl,
} as const;

/** A page below that of the unsubscribe link. */
const WEEKLY_URL = `${PLACEHOLDERS.unsubscribeUrl}/weekly`;

/** `day` (`2026-03-20`) in the words of a language, with the weekday. */
export function longDate(day: string, language: string): string {
  // A day alone has no zone. Noon UTC is on that day, because the formatter uses UTC.
  return new Intl.DateTimeFormat(language, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(`${day}T12:00:00Z`));
}

/**
 * Renders the subject from the newsletter's own template: one line, shortened. If the result is
 * empty, returns the newsletter's name and the date. Throws a `BroadsheetError` (config) if the
 * template is broken.
 */
function subjectOf(newsletter: NewsletterSettings, date: string, scope: object): string {
  const file = `newsletters: ${newsletter.id}: subject`;
  const subject = oneLine(renderLiquid({ file, source: newsletter.subject }, scope, 'text'));
  if (subject === '') return `${oneLine(newsletter.name)}, ${date}`;
  return shorten(subject, SUBJECT_LENGTH, newsletter.language);
}

/**
 * The line that inboxes show beside the subject: as many titles of the other stories as fit, or the
 * start of the lead if there are none.
 */
function preheaderOf(
  start: string,
  language: string,
  others: readonly { readonly title: string }[],
): string {
  const [first = start, ...titles] = others.map(({ title }) => title);
  let line = shorten(first, PREHEADER_LENGTH, language);
  for (const title of titles) {
    if (line.length + SEPARATOR.length + title.length > PREHEADER_LENGTH) break;
    line += SEPARATOR + title;
  }
  return line;
}

/** A post as a headline: plain text. A value that the post does not have is null. */
function headlineView(post: Post, number: number, ofNewsletter: string) {
  const language = canonical(post.language) ?? ofNewsletter;
  return {
    /** 1 for the lead. */
    number,
    title: shorten(plain(post.title), TITLE_LENGTH, language),
    url: withoutPlaceholders(post.url),
    /** The first category. */
    kicker: plain(post.categories[0] ?? '') || null,
    /** `Ada Byron, Alan Turing`. */
    byline: plain(post.authors.map(({ name }) => name).join(', ')) || null,
    /** BCP 47. */
    language,
    dir: textDirection(language),
  };
}

/** A rendered post as a story: a headline with an opening, longer for the lead, number 1. */
function storyView(rendered: RenderedPost, number: number, ofNewsletter: string) {
  const headline = headlineView(rendered.post, number, ofNewsletter);
  const limit = number === 1 ? LEAD_LENGTH : EXCERPT_LENGTH;
  const { standfirst, blocks } = openingOf(rendered, limit, headline.language);
  const paragraphs = blocks.filter(({ kind }) => kind !== 'list').map(({ runs }) => textOf(runs));
  const [first] = blocks;
  const { image } = rendered;
  return {
    ...headline,
    /** A sentence or two: the standfirst, else the start of the body. May be empty. */
    excerpt: plain(standfirst ?? paragraphs[0] ?? (first ? textOf(first.runs) : '')),
    /** The author's own excerpt. Null if it only repeats the body. */
    standfirst: standfirst === null ? null : plain(standfirst),
    /** The start of the body without its lists, as plain text. */
    paragraphs: paragraphs.map(plain),
    /** The same with its quotes, lists, emphasis and links. */
    blocks: groupsOf(blocks),
    /** Its alternative text is never empty. `fit` sets its size. */
    image: image
      ? { ...image, url: withoutPlaceholders(image.url), alt: plain(image.alt) || headline.title }
      : null,
  };
}

/** Blocks of the same kind as one: the paragraphs of a quote, the items of a list. */
function groupsOf(blocks: readonly Block[]) {
  const groups: Group[] = [];
  for (const { kind, level, number, runs } of blocks) {
    const ordered = number !== undefined;
    const html = withoutPlaceholders(htmlOf(runs, withoutPlaceholders));
    const part = { html, text: plain(plainOf(runs)), number: number ?? null };
    const last = groups.at(-1);
    const isSame = last?.kind === kind && last.level === level && last.ordered === ordered;
    if (isSame && kind !== 'paragraph') last.parts.push(part);
    else groups.push({ kind, level, ordered, parts: [part] });
  }
  return groups;
}

/** Blocks of a story as a template sees them. */
interface Group extends Pick<Block, 'kind' | 'level'> {
  readonly ordered: boolean;
  /** `html` has `em`, `strong`, `code` and `a`; `text` has signs for emphasis; `number` is of an ordered list. */
  readonly parts: {
    readonly html: string;
    readonly text: string;
    readonly number: number | null;
  }[];
}

function canonical(language: string | undefined): string | undefined {
  try {
    return Intl.getCanonicalLocales(language)[0];
  } catch {
    return undefined;
  }
}

function plain(text: string): string {
  return withoutPlaceholders(oneLine(text));
}

/** Removes placeholders, because a post must not get a subscriber's own link or address. */
function withoutPlaceholders(text: string): string {
  return Object.values(PLACEHOLDERS).reduce(
    (rest, placeholder) => rest.replaceAll(placeholder, '…'),
    text,
  );
}
