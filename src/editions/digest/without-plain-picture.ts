import type { RenderedPost } from '../../posts/post.ts';

/**
 * Removes the picture of `rendered` if it is not at https: mail programs do not show such a
 * picture, and warn of the message instead. Keeps the site's own pictures, for trials on a machine
 * without https.
 */
export function withoutPlainPicture(rendered: RenderedPost, siteUrl: string): RenderedPost {
  const { image, ...rest } = rendered;
  const url = image && URL.parse(image.url);
  const isUsable = url?.protocol === 'https:' || url?.origin === new URL(siteUrl).origin;
  return isUsable ? rendered : rest;
}
