import type { Image, Post, RenderedPost } from '../model/post.ts';
import type { Problem } from '../model/problem.ts';
import type { PostContext, PostSource } from './parse-post.ts';

/** What is known of a picture's file; all absent where the file is not at hand. */
export type ImageFacts = Pick<Image, 'type' | 'sizeBytes' | 'width' | 'height'>;

/** What rendering asks of the world, as plain functions. */
export interface RenderContext extends PostContext {
  /** Address for `{% post_url name %}` and `{% link path %}`; undefined where there is no such post. */
  readonly urlOf: (name: string) => string | undefined;
  /** Text of a file of the includes folder; undefined where there is none. */
  readonly include: (name: string) => string | undefined;
  /** Facts of a picture, by its path from the root of the site (decoded, starting with `/`). */
  readonly imageFacts: (path: string) => ImageFacts | undefined;
}

/**
 * The post's body as sanitised HTML with absolute addresses, its excerpt and its image. Throws
 * nothing that a post's text could cause: what cannot be shown is left out, and told.
 */
export function renderPost(
  post: Post,
  source: PostSource,
  context: RenderContext,
): { readonly rendered: RenderedPost; readonly warnings: readonly Problem[] } {
  const html = source.body
    .split(/\n{2,}/)
    .map((text) => `<p>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').trim()}</p>`)
    .join('\n');
  const excerpt = post.excerpt ?? source.body.trim().slice(0, 150);
  const image = post.image && {
    url: new URL(post.image.source, context.site.url).href,
    alt: post.image.alt,
  };
  return { rendered: { post, html, excerpt, ...(image && { image }) }, warnings: [] };
}
