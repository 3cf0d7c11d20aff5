import { join } from 'node:path';
import { programs, type SiteGenerator } from './generator.ts';
import { textAt, textsOr } from './read-settings.ts';

/** https://vitepress.dev/guide/. */
export const VITEPRESS: SiteGenerator = {
  name: 'VitePress',
  settings: programs('.vitepress/config'),
  publishes: (settings) => [
    join(textAt(settings, 'srcDir') ?? '.', 'public'),
    ...textsOr(settings, ['outDir'], '.vitepress/dist'),
  ],
};
