import { programs, type SiteGenerator } from './generator.ts';
import { withoutComponents } from './mdx.ts';

/** https://docs.astro.build/. */
export const ASTRO: SiteGenerator = {
  name: 'Astro',
  settings: programs('astro.config'),
  publishes: { public: ['publicDir'], dist: ['outDir'] },
  toCommonMark: withoutComponents,
};
