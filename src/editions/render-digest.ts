import type { EditionPost, StoryRole } from '../model/edition.ts';
import type { Image, Post, RenderedPost } from '../model/post.ts';
import type { NewsletterSettings, SiteSettings } from '../model/settings.ts';
import type { Story } from '../model/story.ts';
import { type DigestScope, longDate, newsletterScope, SUBSCRIBER_SCOPE } from './digest-scope.ts';
import { fitLayout, type Layout } from './fit-layout.ts';
import { renderLiquid } from './render-liquid.ts';
import { renderMjml } from './render-mjml.ts';
import { preheaderOf, renderSubject } from './render-subject.ts';
import type { Selection } from './select-stories.ts';
import { sentSizeBytes } from './sent-size.ts';
import { headlineView, storyView } from './story-view.ts';
import type { Templates } from './templates.ts';

/** Gmail cuts HTML off at about 102 KB, the foot with the unsubscribe link first. */
const SENT_SIZE_LIMIT_BYTES = 90_000;

export interface RenderDigestInput {
  readonly templates: Pick<Templates, 'digestMjml' | 'digestText'>;
  readonly newsletter: NewsletterSettings;
  readonly site: Pick<SiteSettings, 'title' | 'url'>;
  /** Where the archive is, ends with `/`. */
  readonly publicUrl: string;
  readonly editionId: string;
  /** The day of the edition in the newsletter's zone: `2026-03-20`. */
  readonly day: string;
  readonly selection: Selection;
  /** The id of every published post, by its file. */
  readonly idOf: ReadonlyMap<string, string>;
  /** Gives the body's excerpt and picture; asked once for the lead and each of the stories. */
  readonly render: (post: Post) => RenderedPost;
}

export interface Digest {
  readonly subject: string;
  readonly preheader: string;
  /** With `SLOTS`. */
  readonly html: string;
  /** With `SLOTS`, lines end with LF. */
  readonly text: string;
  /** Every post of the selection; those shown come first, in the digest's order, with their roles. */
  readonly posts: readonly EditionPost[];
  /** Sentences about what a reader would stumble over. */
  readonly warnings: readonly string[];
}

/** Where the web page of an edition is. */
export function archiveUrl(publicUrl: string, editionId: string): string {
  return `${publicUrl}archive/${editionId}/`;
}

/**
 * The edition as a subject, an HTML and a plain-text body. The HTML takes less than 90 KB as
 * sent: stories beyond that are listed as headlines, headlines beyond that dropped with a link to
 * the archive. Throws a `BroadsheetError` (config) naming file and line of a broken template.
 */
export async function renderDigest(input: RenderDigestInput): Promise<Digest> {
  const { selection, templates } = input;
  const rendered = new Map(
    [selection.lead, ...selection.stories].map(({ shown }) => [shown.file, input.render(shown)]),
  );
  const warnings: string[] = [];
  const usable = new Map(
    [...rendered].map(([file, post]) => [file, withUsableImage(post, input.site, warnings)]),
  );
  const { layout, scope, html, size } = await fitLayout(
    selection,
    async (layout) => {
      const scope = digestScope(input, layout, usable);
      const html = await renderMjml(templates.digestMjml, scope);
      return { layout, scope, html, size: sentSizeBytes(html) };
    },
    (page) => page.size < SENT_SIZE_LIMIT_BYTES,
  );
  if (size >= SENT_SIZE_LIMIT_BYTES) {
    warnings.push(
      `the digest takes ${Math.ceil(size / 1000)} KB with the lead alone, and Gmail cuts it off at about 100; shorten ${templates.digestMjml.file}`,
    );
  }
  if (!input.publicUrl.startsWith('https:')) {
    warnings.push(
      `unsubscribe and archive links start with ${input.publicUrl}, which is not https; mail programs offer one-click unsubscribe for https only: set publicUrl`,
    );
  }
  return {
    subject: scope.edition.subject,
    preheader: scope.edition.preheader,
    html,
    text: tidyText(renderLiquid(templates.digestText, scope, 'text')),
    posts: editionPosts(input, layout),
    warnings,
  };
}

function digestScope(
  { newsletter, site, publicUrl, editionId, day }: RenderDigestInput,
  layout: Layout,
  rendered: ReadonlyMap<string, RenderedPost>,
): DigestScope {
  const view = (post: Post, number: number) => {
    const body = rendered.get(post.file) ?? { post, html: '', excerpt: post.excerpt ?? '' };
    return storyView(body, number, newsletter, number === 1);
  };
  const lead = view(layout.lead, 1);
  const stories = layout.stories.map((post, index) => view(post, index + 2));
  const first = stories.length + 2;
  const headlines = layout.headlines.map((post, i) => headlineView(post, first + i, newsletter));
  const common = newsletterScope(newsletter, site);
  const date = longDate(day, newsletter.language);
  return {
    ...common,
    edition: {
      id: editionId,
      day,
      date,
      subject: renderSubject(newsletter, { ...common, lead, stories }, day, date),
      preheader: preheaderOf({ lead, stories, headlines }),
      archive_url: archiveUrl(publicUrl, editionId),
    },
    lead,
    stories,
    headlines,
    more: layout.dropped.length,
    subscriber: SUBSCRIBER_SCOPE,
  };
}

/**
 * Mail programs don't show pictures that come without TLS, and warn of the message instead. The
 * site's own are kept as they are, for trying things out on a machine without https.
 */
function withUsableImage(
  rendered: RenderedPost,
  site: Pick<SiteSettings, 'url'>,
  warnings: string[],
): RenderedPost {
  const { image, ...rest } = rendered;
  if (image === undefined || isUsable(image, site.url)) return rendered;
  warnings.push(`${rendered.post.file}: its picture ${image.url} is not at https; it is left out`);
  return rest;
}

function isUsable(image: Image, siteUrl: string): boolean {
  const url = URL.parse(image.url);
  return url !== null && (url.protocol === 'https:' || url.origin === new URL(siteUrl).origin);
}

function editionPosts({ selection, idOf }: RenderDigestInput, layout: Layout): EditionPost[] {
  const roles = new Map<string, StoryRole>([
    [layout.lead.file, 'lead'],
    ...layout.stories.map((post) => [post.file, 'story'] as const),
    ...layout.headlines.map((post) => [post.file, 'headline'] as const),
  ]);
  const all = [selection.lead, ...selection.stories, ...selection.headlines, ...selection.dropped];
  const entry = (post: Post): EditionPost => {
    const id = idOf.get(post.file);
    if (id === undefined) throw new Error(`${post.file} is to be in an edition and has no id`);
    const role = roles.get(post.file);
    return { id, file: post.file, title: post.title, url: post.url, ...(role && { role }) };
  };
  const others = (story: Story) => story.posts.filter((post) => post !== story.shown);
  return [
    ...all.map((story) => entry(story.shown)),
    ...all.flatMap((story) => others(story).map(entry)),
  ];
}

/** Templates leave blank lines where a loop or a condition stood: two at most stay. */
function tidyText(text: string): string {
  const lines = text.split('\n').map((line) => line.trimEnd());
  return `${lines
    .join('\n')
    .replace(/\n{4,}/g, '\n\n\n')
    .trim()}\n`;
}
