import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import type { Post, RenderedPost } from '../../posts/post.ts';
import type { NewsletterSettings, SiteSettings } from '../../settings/settings.ts';
import { renderLiquid } from '../../templates/render-liquid.ts';
import type { Template, Templates } from '../../templates/templates.ts';
import { type EditionPost, PLACEHOLDERS } from '../edition.ts';
import { type DigestScope, longDate, newsletterScope, SUBSCRIBER_SCOPE } from './digest-scope.ts';
import { editionPosts } from './edition-posts.ts';
import { fitLayout, type Layout } from './fit-layout.ts';
import { renderMjml } from './render-mjml.ts';
import { preheaderOf, renderSubject } from './render-subject.ts';
import type { Selection } from './select-stories.ts';
import { sentSizeBytes } from './sent-size.ts';
import { headlineView, storyView } from './story-view.ts';
import { withoutPlainPicture } from './without-plain-picture.ts';

/** Gmail cuts HTML off at about 102 KB. The foot with the unsubscribe link is lost first. */
const SENT_SIZE_LIMIT_BYTES = 90_000;

/** A template whose result is larger with the lead alone has run away. It must not be sent. */
const RUNAWAY_BYTES = 10 * SENT_SIZE_LIMIT_BYTES;

export interface RenderDigestInput {
  readonly templates: Pick<Templates, 'digestMjml' | 'digestText'>;
  readonly newsletter: NewsletterSettings;
  readonly site: Pick<SiteSettings, 'title' | 'url'>;
  /** Address of the archive's parent folder, ends with `/`. */
  readonly publicUrl: string;
  /** Where people unsubscribe, ends with `/`. Absent if they do so by mail. */
  readonly serviceUrl?: string | undefined;
  readonly editionId: string;
  /** The day of the edition in the newsletter's time zone: `2026-03-20`. */
  readonly day: string;
  readonly selection: Selection;
  /** The id of every published post, by file. */
  readonly idOf: ReadonlyMap<string, string>;
  /** Returns the body's excerpt and picture. Called once for the lead and for each story. */
  readonly render: (post: Post) => RenderedPost;
}

export interface Digest {
  readonly subject: string;
  readonly preheader: string;
  /** With `PLACEHOLDERS`. */
  readonly html: string;
  /** With `PLACEHOLDERS`, lines end with LF. */
  readonly text: string;
  /** The HTML for the page in the archive. Undefined if the newsletter has no archive. */
  readonly page: string | undefined;
  /**
   * Every post of the selection. Those shown come first, in the digest's order, with their roles.
   */
  readonly posts: readonly EditionPost[];
  /** Sentences about problems for readers. */
  readonly warnings: readonly string[];
}

/** Address of an edition's web page. */
function archiveUrl(publicUrl: string, editionId: string): string {
  return `${publicUrl}archive/${editionId}/`;
}

/**
 * Renders the edition as a subject, an HTML and a plain-text body, and once more for its page in the
 * archive. The sent HTML takes less than 90
 * KB: further stories become headlines, and further headlines become a link to the archive. Throws
 * a `BroadsheetError` (config) with file and line of a broken template, or with the file of a
 * template that needs ten times that size with the lead alone.
 */
export async function renderDigest(input: RenderDigestInput): Promise<Digest> {
  const { selection, templates } = input;
  const rendered = [selection.lead, ...selection.stories].map(({ shown }) => input.render(shown));
  const shown = new Map(
    rendered.map((each) => [each.post.file, withoutPlainPicture(each, input.site.url)]),
  );
  const { layout, scope, html, size } = await fitLayout(
    selection,
    async (layout) => {
      const scope = digestScope(input, layout, shown);
      const html = await renderMjml(templates.digestMjml, scope);
      return { layout, scope, html, size: sentSizeBytes(html) };
    },
    (page) => page.size < SENT_SIZE_LIMIT_BYTES,
  );
  if (size > RUNAWAY_BYTES) {
    throw new BroadsheetError(EXIT.config, `${templates.digestMjml.file}  ${tooBig(size)}`);
  }
  const page =
    input.newsletter.archive === 'off'
      ? undefined
      : await renderMjml(templates.digestMjml, { ...scope, is_web: true });
  const text = tidyText(renderLiquid(templates.digestText, scope, 'text'));
  return {
    subject: scope.edition.subject,
    preheader: scope.edition.preheader,
    html,
    text,
    page,
    posts: editionPosts(selection, layout, input.idOf),
    warnings: [
      ...rendered
        .filter((each) => each.image && !shown.get(each.post.file)?.image)
        .map(lostPicture),
      ...plainAddresses(input),
      ...(hasWayOut(html) ? [] : [noWayOut(templates.digestMjml)]),
      ...(hasWayOut(text) ? [] : [noWayOut(templates.digestText)]),
      ...(size < SENT_SIZE_LIMIT_BYTES ? [] : [tooBig(size)]),
    ],
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
    is_web: false,
    edition: {
      id: editionId,
      day,
      date,
      subject: renderSubject(newsletter, { ...common, lead, stories }, day, date),
      preheader: preheaderOf({ lead, stories, headlines }),
      archive_url: newsletter.archive === 'off' ? '' : archiveUrl(publicUrl, editionId),
    },
    lead,
    stories,
    headlines,
    more: layout.dropped.length,
    subscriber: SUBSCRIBER_SCOPE,
  };
}

function lostPicture({ post, image }: RenderedPost): string {
  return `${post.file}: its picture ${image?.url} is not at https, so the digest is without it`;
}

function plainAddresses({ publicUrl, serviceUrl, site }: RenderDigestInput): string[] {
  const warnings: string[] = [];
  if (serviceUrl !== undefined && !serviceUrl.startsWith('https:')) {
    const option = serviceUrl === publicUrl ? 'publicUrl' : 'serviceUrl';
    warnings.push(
      `links to unsubscribe start with ${serviceUrl}, and mail programs offer to unsubscribe with one click only by https; set ${option}`,
    );
  }
  if (publicUrl !== serviceUrl && !publicUrl.startsWith('https:')) {
    warnings.push(
      `links to the archive start with ${publicUrl}, which some mail programs warn of; set publicUrl to an https address`,
    );
  }
  if (!site.url.startsWith('https:')) {
    warnings.push(
      `links to the posts start with ${site.url}, which some mail programs warn of; set site.url to an https address`,
    );
  }
  return warnings;
}

function hasWayOut(body: string): boolean {
  return body.includes(PLACEHOLDERS.unsubscribeUrl);
}

function noWayOut({ file }: Template): string {
  return `${file} has no {{ subscriber.unsubscribe_url }}, and the law of many countries asks for a way to leave in every mail; put it in`;
}

function tooBig(sizeBytes: number): string {
  return `the digest takes ${Math.ceil(sizeBytes / 1000)} KB with the lead alone, and Gmail cuts it off at about 100; shorten the template`;
}

/** Templates leave blank lines in place of loops and conditions. Keeps at most two. */
function tidyText(text: string): string {
  const lines = text.split('\n').map((line) => line.trimEnd());
  return `${lines
    .join('\n')
    .replace(/\n{4,}/g, '\n\n\n')
    .trim()}\n`;
}
