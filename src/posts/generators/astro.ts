import { programs, type SiteGenerator } from './generator.ts';
import { withoutComponents } from './mdx.ts';
import { textsOr } from './read-settings.ts';

/** https://docs.astro.build/. */
export const ASTRO: SiteGenerator = {
  name: 'Astro',
  makes: (has) => programs('astro.config').some(has),
  settings: programs('astro.config'),
  publishes: (settings) => [
    ...textsOr(settings, 'public', 'publicDir'),
    ...textsOr(settings, 'dist', 'outDir'),
  ],
  toCommonMark: withoutComponents,
};
