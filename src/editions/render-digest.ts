import type { EditionPost } from '../model/edition.ts';
import type { Post, RenderedPost } from '../model/post.ts';
import type { NewsletterSettings, SiteSettings } from '../model/settings.ts';
import type { Selection } from './select-stories.ts';
import type { Templates } from './templates.ts';

export interface RenderDigestInput {
  readonly templates: Templates;
  readonly newsletter: NewsletterSettings;
  readonly site: SiteSettings;
  /** Where the archive is, ends with `/`. */
  readonly publicUrl: string;
  readonly editionId: string;
  /** The day of the edition in the newsletter's zone: `2026-03-20`. */
  readonly day: string;
  readonly selection: Selection;
  /** The id of every published post, by its file. */
  readonly idOf: ReadonlyMap<string, string>;
  /** Gives the body's excerpt and picture; asked for the lead and the stories only. */
  readonly render: (post: Post) => RenderedPost;
}

export interface Digest {
  readonly subject: string;
  readonly preheader: string;
  /** With `SLOTS`. */
  readonly html: string;
  /** With `SLOTS`, lines end with LF. */
  readonly text: string;
  /** Every post of the selection, those shown in the order of the digest and with their roles. */
  readonly posts: readonly EditionPost[];
  /** Sentences about what a reader would stumble over. */
  readonly warnings: readonly string[];
}

/**
 * The edition as a subject, an HTML and a plain-text body. Throws a `BroadsheetError` (config)
 * naming file and line when a template is broken.
 */
export async function renderDigest(input: RenderDigestInput): Promise<Digest> {
  const { lead, stories, headlines, dropped } = input.selection;
  const posts = [lead, ...stories, ...headlines, ...dropped].flatMap((story) =>
    story.posts.map((post) => ({
      id: input.idOf.get(post.file) ?? '',
      file: post.file,
      title: post.title,
      url: post.url,
    })),
  );
  const title = lead.shown.title;
  return { subject: title, preheader: title, html: title, text: title, posts, warnings: [] };
}
