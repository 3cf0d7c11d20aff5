import type { TextsOf } from '../kernel/texts.ts';
import type { Config } from '../settings/config.ts';
import { openPages } from './open-pages.ts';
import { sampleScopes } from './sample-scopes.ts';
import { readWebTemplates } from './web-templates.ts';

/**
 * Renders every page of the site once, with sample values for everything that a page may show. Returns
 * the names of its templates. Throws a `BroadsheetError` (config), with file, line and column, for a
 * template that cannot be rendered.
 */
export function checkPages(config: Config, textsOf: TextsOf): readonly string[] {
  const templates = readWebTemplates(config.folders.webTemplates);
  const pages = openPages(config, templates, textsOf(config.web.language));
  const scopes = sampleScopes(pages.common);
  for (const [name, scope] of scopes) {
    pages.render({ name, title: name, description: name, path: '', scope });
  }
  return [...scopes.keys()].map((name) => `${name}.liquid`);
}
