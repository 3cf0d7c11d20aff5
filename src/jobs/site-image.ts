import type { Image } from '../model/post.ts';
import type { SiteSettings } from '../model/settings.ts';

/** The picture that stands for the site, as readers fetch it; undefined where there is none. */
export function siteImage(site: SiteSettings): Image | undefined {
  if (site.image === undefined) return undefined;
  const url = URL.parse(site.image, site.url);
  return url === null ? undefined : { url: url.href, alt: site.title };
}
