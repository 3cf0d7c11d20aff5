import { readImageFacts } from '../../posts/files/site-files.ts';
import type { Image } from '../../posts/post.ts';
import type { SiteSettings } from '../../settings/settings.ts';
import { cleanUrl } from '../clean-url.ts';

/**
 * The site's picture with its public address, and the facts of its file if that is in `siteRoot`.
 * Undefined if there is no picture.
 */
export function siteImage(site: SiteSettings, siteRoot: string): Image | undefined {
  const url = site.image && URL.parse(site.image, site.url);
  if (!url) return undefined;
  const facts = URL.canParse(site.image ?? '') ? undefined : readImageFacts(siteRoot, site.image);
  return { url: cleanUrl(url.href), alt: site.title, ...facts };
}
