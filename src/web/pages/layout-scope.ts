import type { Config } from '../../config/config.ts';
import { textDirection } from '../../editions/text-direction.ts';
import { discoveryLinks } from '../../feeds/discovery-links.ts';
import { escapeHtml } from '../../feeds/escape.ts';
import { oneLine } from '../../model/one-line.ts';
import type { NewsletterSettings } from '../../model/settings.ts';
import type { Texts } from '../../model/texts.ts';
import type { Asset } from './site-assets.ts';
import type { AssetName } from './web-templates.ts';

/** A newsletter as the pages know it. */
export interface NewsletterView {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Attributes, where its language is another than that of the page: ` lang="cy" dir="ltr"`. */
  readonly lang: string;
  /** The address that it comes from. */
  readonly from: string;
  /** Path of its archive; null where it has none. */
  readonly archive: string | null;
}

/** What the layout and every page know. */
export interface LayoutScope {
  /** Path of the home page: `/`, `/news/`. */
  readonly base: string;
  readonly language: string;
  readonly dir: 'ltr' | 'rtl';
  readonly site: {
    readonly title: string;
    readonly url: string;
    readonly description: string;
    readonly lang: string;
  };
  /** Those that people may subscribe to. */
  readonly newsletters: readonly NewsletterView[];
  readonly has_archive: boolean;
  readonly privacy_url: string | null;
  /** Accent colour, `#rrggbb`. */
  readonly color: string;
  readonly assets: { readonly css: string; readonly js: string; readonly icon: string };
  /** `<link rel="alternate">` tags. */
  readonly feed_links: readonly string[];
}

/** What is the same on all pages. */
export function layoutScope(
  config: Config,
  texts: Texts,
  { assets, color }: { readonly assets: readonly Asset[]; readonly color: string },
): LayoutScope {
  const { site, publicUrl, feeds } = config;
  const base = new URL(publicUrl).pathname;
  const offered = config.newsletters.filter(({ listed }) => listed);
  const archived = offered.filter(({ archive }) => archive !== 'off');
  const plans = [
    { path: '', title: site.title },
    ...archived.map(({ id, name }) => ({ path: `archive/${id}`, title: name })),
  ];
  const assetAt = (name: AssetName) => {
    const version = assets.find((asset) => asset.name === name)?.version ?? '';
    return `${base}assets/${name}?v=${version}`;
  };
  return {
    base,
    language: texts.language,
    dir: textDirection(texts.language),
    site: {
      title: oneLine(site.title),
      url: site.url,
      description: oneLine(site.description),
      lang: languageAttributes(site.language, texts.language),
    },
    newsletters: offered.map((newsletter) => newsletterView(newsletter, base, texts)),
    has_archive: archived.length > 0,
    privacy_url: config.web.privacyUrl ?? null,
    color,
    assets: { css: assetAt('site.css'), js: assetAt('site.js'), icon: assetAt('favicon.svg') },
    feed_links: discoveryLinks(plans, feeds),
  };
}

/** `newsletter` as the pages know it. */
export function newsletterView(
  newsletter: NewsletterSettings,
  base: string,
  texts: Texts,
): NewsletterView {
  const { id, archive } = newsletter;
  return {
    id,
    name: oneLine(newsletter.name),
    description: oneLine(newsletter.description),
    lang: languageAttributes(newsletter.language, texts.language),
    from: newsletter.from.address,
    archive: archive === 'off' ? null : `${base}archive/${id}/`,
  };
}

/** WCAG 2.2 §3.1.2: what is in another language than its page says so. */
function languageAttributes(language: string, ofPage: string): string {
  if (language.split('-')[0] === ofPage.split('-')[0]) return '';
  return ` lang="${escapeHtml(language)}" dir="${textDirection(language)}"`;
}
