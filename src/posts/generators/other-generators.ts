import { endings, programs, type SiteGenerator } from './generator.ts';
import { textsOr } from './read-settings.ts';

/**
 * Generators whose posts have nothing of their own that is read here. Each according to its
 * documentation of 2026.
 */
export const OTHER_GENERATORS: readonly SiteGenerator[] = [
  {
    name: 'VuePress',
    makes: (has) => programs('.vuepress/config').some(has),
    publishes: () => ['.vuepress/public', '.vuepress/dist'],
  },
  {
    name: 'Gatsby',
    makes: (has) => programs('gatsby-config').some(has),
    publishes: () => ['static', 'public'],
  },
  {
    name: 'Next.js',
    makes: (has) => programs('next.config').some(has),
    publishes: () => ['public', 'out'],
  },
  {
    name: 'Nuxt',
    makes: (has) => programs('nuxt.config').some(has),
    publishes: () => ['public', 'app/public', 'dist', '.output/public'],
  },
  {
    name: 'SvelteKit',
    makes: (has) => programs('svelte.config').some(has),
    publishes: () => ['static', 'build'],
  },
  {
    name: 'Vite',
    makes: (has) => programs('vite.config').some(has),
    settings: programs('vite.config'),
    publishes: (settings) => [
      ...textsOr(settings, 'public', 'publicDir'),
      ...textsOr(settings, 'dist', 'outDir'),
    ],
  },
  {
    name: 'Hexo',
    makes: (has) => has('_config.yml') && (has('source/_posts') || has('scaffolds')),
    settings: ['_config.yml'],
    publishes: (settings) => [
      ...textsOr(settings, 'source', 'source_dir'),
      ...textsOr(settings, 'public', 'public_dir'),
    ],
  },
  {
    name: 'MkDocs',
    makes: (has) => endings('mkdocs', 'yml', 'yaml').some(has),
    settings: endings('mkdocs', 'yml', 'yaml'),
    publishes: (settings) => [
      ...textsOr(settings, 'docs', 'docs_dir'),
      ...textsOr(settings, 'site', 'site_dir'),
    ],
  },
  { name: 'mdBook', makes: (has) => has('book.toml'), publishes: () => ['src', 'book'] },
  {
    name: 'Middleman',
    makes: (has) => has('config.rb') && has('source'),
    publishes: () => ['source', 'build'],
  },
  {
    name: 'Nikola',
    makes: (has) => has('conf.py') && ['files', 'galleries', 'listings'].some(has),
    publishes: () => ['files', 'galleries', 'listings', 'output'],
  },
  {
    name: 'Lume',
    makes: (has) => endings('_config', 'ts', 'js').some(has),
    settings: endings('_config', 'ts', 'js'),
    publishes: (settings) => textsOr(settings, '_site', 'dest'),
  },
];
