import { flawInMail } from '../../feeds/mail-picture.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { quotedPrintable } from '../../kernel/quoted-printable.ts';
import type { Post, RenderedPost } from '../../posts/post.ts';
import { renderLiquid } from '../../templates/render-liquid.ts';
import type { Templates } from '../../templates/templates.ts';
import type { Edition } from '../edition.ts';
import { type DigestScopeInput, digestScope } from './digest-scope.ts';
import { editionPosts, fitLayout } from './fit-layout.ts';
import { renderMjml } from './render-mjml.ts';
import type { Selection } from './select-stories.ts';

/** Gmail cuts HTML off at about 102 KB. The foot with the unsubscribe link is lost first. */
const SENT_SIZE_LIMIT_BYTES = 90_000;

/** A template whose result is larger with the lead alone has run away. It must not be sent. */
const RUNAWAY_BYTES = 10 * SENT_SIZE_LIMIT_BYTES;

/** Room for what a subscriber's own values may add to an edition's HTML. */
const VALUES_SIZE_BYTES = 1024;

/** What a digest is made from. */
export interface RenderDigestInput extends DigestScopeInput {
  readonly templates: Pick<Templates, 'digestMjml' | 'digestText'>;
  /** Where people unsubscribe, ends with `/`. Absent if they do so by mail. */
  readonly serviceUrl?: string | undefined;
  readonly selection: Selection;
  /** The id of every published post, by file. */
  readonly idOf: ReadonlyMap<string, string>;
  /** Returns the body's excerpt and picture. Called once for the lead and for each story. */
  readonly render: (post: Post) => RenderedPost;
}

/** The rendered parts of an edition, with `PLACEHOLDERS` in `html` and `text`. */
export interface Digest
  extends Pick<Edition, 'subject' | 'preheader' | 'html' | 'text' | 'page' | 'posts'> {
  /** Sentences about problems for readers. */
  readonly warnings: readonly string[];
}

/**
 * Renders the edition as a subject, an HTML and a plain-text body, and once more for its page in the
 * archive. The sent HTML takes less than 90 KB: further stories become headlines, and further
 * headlines become a link to the archive. Throws a `BroadsheetError` (config) with file and line of
 * a broken template, or with the file of a template that needs ten times that size with the lead
 * alone.
 */
export async function renderDigest(input: RenderDigestInput): Promise<Digest> {
  const { selection, templates } = input;
  const rendered = [selection.lead, ...selection.stories].map(({ shown }) => input.render(shown));
  const shown = new Map(
    rendered.map((each) => [each.post.file, withoutUnfitPicture(each, input.site.url)]),
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
        .map((each) => lostPicture(each, input.site.url)),
      ...plainAddresses(input),
    ],
  };
}

function withoutUnfitPicture(rendered: RenderedPost, siteUrl: string): RenderedPost {
  const { image, ...rest } = rendered;
  return image === undefined || flawInMail(image, siteUrl) === undefined ? rendered : rest;
}

/** Size of `html` in a message, with room for the values of the placeholders. */
function sentSizeBytes(html: string): number {
  return quotedPrintable(html).length + VALUES_SIZE_BYTES;
}

function lostPicture({ post, image }: RenderedPost, siteUrl: string): string {
  const flaw = image && flawInMail(image, siteUrl);
  return `${post.file}: its picture ${image?.url} ${flaw}, so the digest is without it`;
}

function plainAddresses({ publicUrl, serviceUrl, site }: RenderDigestInput): string[] {
  const warnings: string[] = [];
  if (serviceUrl !== undefined && !serviceUrl.startsWith('https:')) {
    const option = serviceUrl === publicUrl ? 'publicUrl' : 'serviceUrl';
    warnings.push(
      `links to unsubscribe start with ${serviceUrl}, and mail programs offer to unsubscribe with one click only by https; set ${option}`,
    );
  }
  const others = [
    ...(publicUrl === serviceUrl ? [] : [['the archive', publicUrl, 'publicUrl'] as const]),
    ['the posts', site.url, 'site.url'] as const,
  ];
  for (const [what, url, option] of others) {
    if (url.startsWith('https:')) continue;
    warnings.push(
      `links to ${what} start with ${url}, which some mail programs warn of; set ${option} to an https address`,
    );
  }
  return warnings;
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
