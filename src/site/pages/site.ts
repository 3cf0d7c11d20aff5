import type { Texts } from '../../kernel/texts.ts';
import { type LayoutScope, type NewsletterView, newsletterView } from '../../pages/layout-scope.ts';
import { openPages, type Pages } from '../../pages/open-pages.ts';
import { readWebTemplates } from '../../pages/web-templates.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import type { WebDependencies } from '../../web/web-dependencies.ts';

/** The dependencies of the site's routes. */
export interface Site {
  readonly deps: WebDependencies;
  readonly pages: Pages;
  readonly texts: Texts;
  readonly common: LayoutScope;
}

/** The site of the config, in its language. Throws a `BroadsheetError` (config) for a broken template. */
export function openSite(deps: WebDependencies): Site {
  const { config } = deps;
  const texts = deps.textsOf(config.web.language);
  const pages = openPages(config, readWebTemplates(config.folders.webTemplates), texts);
  return { deps, pages, texts, common: pages.common };
}

/** A newsletter for the pages, offered or not. Only its id is known if it is not in the config. */
export function viewOf(
  { texts, common }: Site,
  newsletter: NewsletterSettings | { readonly id: string },
): NewsletterView {
  if (!('name' in newsletter)) {
    const { id } = newsletter;
    return { ...{ id, name: id, description: '', lang: '', from: '' }, archive: null };
  }
  return newsletterView(newsletter, common.published, texts);
}
