import { discoveryLinks } from '../feeds/discovery-links.ts';
import type { Logo } from '../feeds/logo.ts';
import { escapeHtml } from '../kernel/escape.ts';
import { oneLine } from '../kernel/one-line.ts';
import { textDirection } from '../kernel/text-direction.ts';
import type { Texts } from '../kernel/texts.ts';
import type { Config } from '../settings/config.ts';
import type { NewsletterSettings } from '../settings/settings.ts';
import type { Asset, AssetName } from './web-templates.ts';

/** A newsletter as templates see it. */
export type NewsletterView = ReturnType<typeof newsletterView>;

/** The variables of the layout and every page. */
export type LayoutScope = ReturnType<typeof layoutScope>;

/** The place of a page: answered by the service, or a file in the output folder. */
export type PagePlace = 'service' | 'output';

/** Folder of the list of posts in the output folder. */
export const POSTS_FOLDER = 'posts';

/**
 * Whether Broadsheet makes the pages of the posts: no site generator does (`posts.generator: none`), and
 * their addresses are in the output folder.
 */
export function hasPostPages({ posts, site, publicUrl }: Config): boolean {
  return posts.generator === 'none' && site.url.startsWith(publicUrl);
}

/** The variables that are the same on all pages of one place. */
export function layoutScope(
  config: Config,
  texts: Texts,
  look: {
    readonly assets: readonly Asset[];
    readonly logo: Logo | undefined;
    readonly place: PagePlace;
  },
) {
  const { site, feeds } = config;
  const { assets, logo, place } = look;
  const { base, published } = rootsOf(config, place);
  const hasService = config.serviceUrl !== undefined;
  const offered = config.newsletters.filter(({ listed }) => listed);
  const archived = offered.filter(({ archive }) => archive !== 'off');
  const plans = [
    { path: '', title: site.title },
    ...archived.map(({ id, name }) => ({ path: `archive/${id}`, title: name })),
  ];
  const assetAt = (name: AssetName) => {
    const version = assets.find((asset) => asset.name === name)?.version ?? '';
    return `${place === 'service' ? base : published}assets/${name}?v=${version}`;
  };
  return {
    /** The root of the service's pages: a path (`/`, `/news/`), or a URL on a page on another site. */
    base,
    /** The root of archive and feeds, likewise. */
    published,
    /** Whether a service answers at `base`. If not, `base` equals `published`. */
    has_service: hasService,
    language: texts.language,
    dir: textDirection(texts.language),
    site: {
      title: oneLine(site.title),
      url: site.url,
      description: oneLine(site.description),
      lang: languageAttributes(site.language, texts.language),
      /** Its logo, with the title as alternative text. Null if there is none. */
      logo: logo
        ? {
            url: logo.file ? published + logo.file.path : logo.url,
            alt: logo.alt,
            width: logo.width,
            height: logo.height,
          }
        : null,
    },
    /** Newsletters that people may subscribe to. */
    newsletters: hasService ? offered.map((each) => newsletterView(each, published, texts)) : [],
    /** Path of the list of posts; null if a site generator makes their pages. */
    posts_path: hasPostPages(config) ? `${published}${POSTS_FOLDER}/` : null,
    has_archive: archived.length > 0,
    privacy_url: config.web.privacyUrl ?? null,
    /** Accent colour, `#rrggbb`. */
    color: site.color,
    assets: { css: assetAt('site.css'), js: assetAt('site.js'), icon: assetAt('favicon.svg') },
    /** `<link rel="alternate">` tags. */
    feed_links: discoveryLinks(plans, feeds),
  };
}

/** Paths on the page's own site. If service and published files have two sites, a URL for the other. */
function rootsOf({ publicUrl, serviceUrl = publicUrl }: Config, place: PagePlace) {
  const path = (url: string) => new URL(url).pathname;
  const isOne = serviceUrl === publicUrl;
  return {
    base: isOne || place === 'service' ? path(serviceUrl) : serviceUrl,
    published: isOne || place === 'output' ? path(publicUrl) : publicUrl,
  };
}

/** `newsletter` as templates see it. */
export function newsletterView(
  { id, name, description, language, from, archive }: NewsletterSettings,
  published: string,
  texts: Texts,
) {
  return {
    id,
    name: oneLine(name),
    description: oneLine(description),
    /** Attributes if its language is not that of the page: ` lang="cy" dir="ltr"`. */
    lang: languageAttributes(language, texts.language),
    /** Its sender address. */
    from: from.address as string,
    /** Path of its archive; null if it has none. */
    archive: archive === 'off' ? null : `${published}archive/${id}/`,
  };
}

/** WCAG 2.2 §3.1.2: text in another language than its page must be marked. */
export function languageAttributes(language: string, ofPage: string): string {
  if (language.split('-')[0] === ofPage.split('-')[0]) return '';
  return ` lang="${escapeHtml(language)}" dir="${textDirection(language)}"`;
}
