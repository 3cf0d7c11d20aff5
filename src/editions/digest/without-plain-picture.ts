import type { RenderedPost } from '../../posts/post.ts';

/**
 * `rendered`, without its picture where that is not at https: mail programs don't show such a
 * picture, and warn of the message instead. The site's own are kept as they are, for trying
 * things out on a machine without https.
 */
export function withoutPlainPicture(rendered: RenderedPost, siteUrl: string): RenderedPost {
  const { image, ...rest } = rendered;
  const url = image && URL.parse(image.url);
  const isUsable = url?.protocol === 'https:' || url?.origin === new URL(siteUrl).origin;
  return isUsable ? rendered : rest;
}
