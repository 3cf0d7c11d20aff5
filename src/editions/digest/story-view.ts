import { oneLine } from '../../kernel/one-line.ts';
import { textDirection } from '../../kernel/text-direction.ts';
import type { Image, Post, RenderedPost } from '../../posts/post.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { PLACEHOLDERS } from '../edition.ts';
import { openingOf } from './opening-of.ts';
import { shorten } from './shorten.ts';

const TITLE_LENGTH = 300;
const LEAD_LENGTH = 480;
const EXCERPT_LENGTH = 220;

/**
 * A headline as templates see it. All values are plain text. Every key exists; it is null if it has
 * no value.
 */
export interface HeadlineView {
  /** 1 for the lead. */
  readonly number: number;
  readonly title: string;
  readonly url: string;
  /** The first category. */
  readonly kicker: string | null;
  /** `Ada Byron, Alan Turing`. */
  readonly byline: string | null;
  /** BCP 47. */
  readonly language: string;
  readonly dir: 'ltr' | 'rtl';
}

/** A story with its opening, as templates see it. */
export interface StoryView extends HeadlineView {
  /** A sentence or two: the standfirst, else the start of the body. May be empty. */
  readonly excerpt: string;
  /** The author's own excerpt. Null if it only repeats the body. */
  readonly standfirst: string | null;
  /** The start of the body, longer for the lead. */
  readonly paragraphs: readonly string[];
  /** Its alternative text is never empty. `fit` sets its size. */
  readonly image: Image | null;
}

/** `post` as a headline. */
export function headlineView(
  post: Post,
  number: number,
  newsletter: Pick<NewsletterSettings, 'language'>,
): HeadlineView {
  const language = languageOf(post, newsletter);
  const plain = (text: string) => withoutPlaceholders(oneLine(text));
  return {
    number,
    title: shorten(plain(post.title), TITLE_LENGTH, language),
    url: withoutPlaceholders(post.url),
    kicker: plain(post.categories[0] ?? '') || null,
    byline: plain(post.authors.join(', ')) || null,
    language,
    dir: textDirection(language),
  };
}

/** A rendered post as the lead (`lead` is true: a longer opening) or as a story. */
export function storyView(
  rendered: RenderedPost,
  number: number,
  newsletter: Pick<NewsletterSettings, 'language'>,
  lead: boolean,
): StoryView {
  const headline = headlineView(rendered.post, number, newsletter);
  const clean = (text: string) => withoutPlaceholders(oneLine(text));
  const { standfirst, paragraphs } = openingOf(
    rendered,
    lead ? LEAD_LENGTH : EXCERPT_LENGTH,
    headline.language,
  );
  const { image } = rendered;
  return {
    ...headline,
    excerpt: clean(standfirst ?? paragraphs[0] ?? ''),
    standfirst: standfirst === null ? null : clean(standfirst),
    paragraphs: paragraphs.map(clean),
    image: image
      ? { ...image, url: withoutPlaceholders(image.url), alt: clean(image.alt) || headline.title }
      : null,
  };
}

function languageOf(post: Post, newsletter: Pick<NewsletterSettings, 'language'>): string {
  const language = post.language ?? newsletter.language;
  try {
    return Intl.getCanonicalLocales(language)[0] ?? newsletter.language;
  } catch {
    return newsletter.language;
  }
}

/** Removes placeholders, because a post must not get a subscriber's own link or address. */
function withoutPlaceholders(text: string): string {
  return Object.values(PLACEHOLDERS).reduce(
    (rest, placeholder) => rest.replaceAll(placeholder, '…'),
    text,
  );
}
