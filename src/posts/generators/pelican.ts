import type { SiteGenerator } from './generator.ts';
import { textsOr } from './read-settings.ts';

/** https://docs.getpelican.com/. */
export const PELICAN: SiteGenerator = {
  name: 'Pelican',
  makes: (has) => has('pelicanconf.py'),
  settings: ['pelicanconf.py'],
  publishes: (settings) => [
    ...textsOr(settings, 'content', 'PATH'),
    ...textsOr(settings, 'output', 'OUTPUT_PATH'),
  ],
};
