import { join } from 'node:path';
import { programs, type SiteGenerator } from './generator.ts';
import { textAt, textsOr } from './read-settings.ts';

/** https://vitepress.dev/guide/. */
export const VITEPRESS: SiteGenerator = {
  name: 'VitePress',
  makes: (has) => programs('.vitepress/config').some(has),
  settings: programs('.vitepress/config'),
  publishes: (settings) => [
    join(textAt(settings, 'srcDir') ?? '.', 'public'),
    ...textsOr(settings, '.vitepress/dist', 'outDir'),
  ],
};
