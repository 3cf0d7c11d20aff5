import type { Image } from '../posts/post.ts';

/** Pictures that many mail programs do not show, and what is no picture at all. */
const NOT_IN_MAIL = /^image\/(?:svg|avif|hei[cf]|jxl|jp2|tiff)|^(?:video|audio)\//;
const NOT_IN_MAIL_BY_NAME =
  /\.(?:svgz?|avif|hei[cf]|jxl|jp2|tiff?|mp4|m4v|mov|webm|og[gv]|avi|mp3|pdf)$/i;

/**
 * Why a mail is without the picture; undefined if it is good for a mail. At http, mail programs do not
 * show it, and warn of the message instead. Pictures at `ownUrl` may be there, for trials on a machine
 * without https.
 */
export function flawInMail(image: Image, ownUrl: string): string | undefined {
  const url = URL.parse(image.url);
  if (url?.protocol !== 'https:' && url?.origin !== new URL(ownUrl).origin) {
    return 'is not at https';
  }
  const isUnfit =
    image.type === undefined
      ? NOT_IN_MAIL_BY_NAME.test(url.pathname)
      : NOT_IN_MAIL.test(image.type);
  if (isUnfit || image.isUnknown)
    return 'has a format that mail programs do not show (use JPEG, PNG or GIF)';
  return image.isMissing ? 'is missing' : undefined;
}
