import { readFileSync } from 'node:fs';
import type { RenderDigestInput } from '../../src/editions/digest/render-digest.ts';
import type { Selection } from '../../src/editions/digest/select-stories.ts';
import { type EmailAddress, parseEmailAddress } from '../../src/kernel/email-address.ts';
import type { Image, Post, RenderedPost, Story } from '../../src/posts/post.ts';
import type { NewsletterSettings } from '../../src/settings/settings.ts';
import { readTexts } from '../../src/templates/read-texts.ts';
import { TEMPLATE_FILES, type Template, type Templates } from '../../src/templates/templates.ts';
import { DEFAULTS } from '../support/default-settings.ts';

/** An address, or a test that is wrong. */
export function address(text: string): EmailAddress {
  const parsed = parseEmailAddress(text);
  if ('reason' in parsed) throw new Error(parsed.reason);
  return parsed.address;
}

/** The newsletter of the tests, but for what a test changes. */
export function newsletter(changes: Partial<NewsletterSettings> = {}): NewsletterSettings {
  const [defaults] = DEFAULTS.newsletters;
  if (defaults === undefined) throw new Error('there is no newsletter');
  const { schedule: _, ...options } = defaults;
  return {
    ...options,
    description: "The day's politics in five minutes, every weekday morning.",
    color: '#8b1e2d',
    language: 'en-GB',
    timeZone: 'Europe/London',
    unsubscribeMail: address('politics-essential+unsubscribe@harbour.example'),
    listId: 'politics-essential.harbour.example',
    ...changes,
  };
}

/** The templates that Broadsheet comes with, but for those that a test changes. */
export function templates(changes: Partial<Record<keyof Templates, string>> = {}): Templates {
  const load = (key: keyof Templates): Template => {
    const file = `email-templates/${TEMPLATE_FILES[key]}`;
    const own = new URL(`../../${file}`, import.meta.url);
    return { file, source: changes[key] ?? readFileSync(own, 'utf8') };
  };
  return {
    digestMjml: load('digestMjml'),
    digestText: load('digestText'),
    noticeMjml: load('noticeMjml'),
    noticeText: load('noticeText'),
  };
}

/** What a test says of a post; the rest is made up from its slug. */
export interface PostSketch extends Partial<Omit<Post, 'date' | 'image'>> {
  readonly slug: string;
  readonly date?: string;
  readonly html?: string;
  readonly picture?: Image;
}

/** A post that was published at `date` (ISO 8601; 07:00 of 20 March 2026 where there is none). */
export function post(sketch: PostSketch): Post {
  const { html: _html, picture: _picture, date, ...given } = sketch;
  return {
    file: `${sketch.slug}.md`,
    title: sketch.slug,
    date: Temporal.Instant.from(date ?? '2026-03-20T07:00:00Z'),
    datePrecision: 'second',
    path: `/${sketch.slug}.html`,
    url: `https://harbour.example/${sketch.slug}.html`,
    authors: [],
    categories: [],
    tags: [],
    draft: false,
    hidden: false,
    featured: false,
    sketch: '',
    words: 100,
    contentHash: sketch.slug,
    fingerprint: sketch.slug,
    ...given,
  };
}

/** A story that one post tells, or several of which the first is shown. */
export function story(...posts: readonly [Post, ...Post[]]): Story {
  return { shown: posts[0], first: posts[posts.length - 1] ?? posts[0], posts };
}

/** Everything that a digest of these posts needs: the first leads, `stories` follow, then headlines. */
export function digestInput(
  sketches: readonly [PostSketch, ...PostSketch[]],
  changes: Partial<RenderDigestInput> & { readonly shown?: number } = {},
): RenderDigestInput {
  const { shown = 7, ...rest } = changes;
  const posts = sketches.map(post);
  const stories = posts.map((each) => story(each));
  const [lead = story(post(sketches[0])), ...others] = stories;
  const selection: Selection = {
    lead,
    stories: others.slice(0, shown),
    headlines: others.slice(shown),
    dropped: [],
  };
  return {
    templates: templates(),
    newsletter: newsletter(),
    site: { title: 'The Harbour Broadsheet', url: 'https://harbour.example/' },
    texts: readTexts('nowhere')((changes.newsletter ?? newsletter()).language),
    publicUrl: 'https://harbour.example/',
    serviceUrl: 'https://harbour.example/',
    editionId: 'politics-essential-2026-03-20',
    day: '2026-03-20',
    selection,
    idOf: new Map(posts.map((each) => [each.file, `tag:harbour.example,2026:${each.slug}`])),
    render: (each) =>
      rendered(
        each,
        sketches.find(({ slug }) => slug === each.slug),
      ),
    ...rest,
  };
}

function rendered(each: Post, sketch: PostSketch | undefined): RenderedPost {
  const picture = sketch?.picture;
  return {
    post: each,
    html: sketch?.html ?? '',
    excerpt: each.excerpt ?? '',
    ...(picture && { image: picture }),
  };
}
