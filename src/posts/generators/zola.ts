import type { SiteGenerator } from './generator.ts';

/** https://www.getzola.org/documentation/. */
export const ZOLA: SiteGenerator = {
  name: 'Zola',
  settings: ['config.toml', 'zola.toml'],
  makes: (has) => has('zola.toml') || (has('config.toml') && (has('templates') || has('sass'))),
  publishes: { static: [], content: [], public: ['output_dir'] },
};
