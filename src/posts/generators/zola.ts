import type { SiteGenerator } from './generator.ts';
import { textsOr } from './read-settings.ts';

/** https://www.getzola.org/documentation/. */
export const ZOLA: SiteGenerator = {
  name: 'Zola',
  makes: (has) => has('zola.toml') || (has('config.toml') && (has('templates') || has('sass'))),
  settings: ['config.toml', 'zola.toml'],
  publishes: (settings) => ['static', 'content', ...textsOr(settings, 'public', 'output_dir')],
};
