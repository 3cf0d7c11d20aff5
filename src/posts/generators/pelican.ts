import type { SiteGenerator } from './generator.ts';

/** https://docs.getpelican.com/. */
export const PELICAN: SiteGenerator = {
  name: 'Pelican',
  settings: ['pelicanconf.py'],
  publishes: { content: ['PATH'], output: ['OUTPUT_PATH'] },
};
