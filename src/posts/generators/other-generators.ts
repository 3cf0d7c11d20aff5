import { endings, programs, type SiteGenerator } from './generator.ts';

/** Generators without ways of their own for posts. Each according to its documentation of 2026. */
export const OTHER_GENERATORS: readonly SiteGenerator[] = [
  {
    name: 'VuePress',
    settings: programs('.vuepress/config'),
    publishes: { '.vuepress/public': [], '.vuepress/dist': [] },
  },
  { name: 'Gatsby', settings: programs('gatsby-config'), publishes: { static: [], public: [] } },
  { name: 'Next.js', settings: programs('next.config'), publishes: { public: [], out: [] } },
  {
    name: 'Nuxt',
    settings: programs('nuxt.config'),
    publishes: { public: [], 'app/public': [], dist: [], '.output/public': [] },
  },
  { name: 'SvelteKit', settings: programs('svelte.config'), publishes: { static: [], build: [] } },
  {
    name: 'Vite',
    settings: programs('vite.config'),
    publishes: { public: ['publicDir'], dist: ['outDir'] },
  },
  {
    name: 'Hexo',
    settings: ['_config.yml'],
    makes: (has) => has('_config.yml') && (has('source/_posts') || has('scaffolds')),
    publishes: { source: ['source_dir'], public: ['public_dir'] },
  },
  {
    name: 'MkDocs',
    settings: endings('mkdocs', 'yml', 'yaml'),
    publishes: { docs: ['docs_dir'], site: ['site_dir'] },
  },
  { name: 'mdBook', settings: ['book.toml'], publishes: { src: [], book: [] } },
  {
    name: 'Middleman',
    makes: (has) => has('config.rb') && has('source'),
    publishes: { source: [], build: [] },
  },
  {
    name: 'Nikola',
    makes: (has) => has('conf.py') && ['files', 'galleries', 'listings'].some(has),
    publishes: { files: [], galleries: [], listings: [], output: [] },
  },
  { name: 'Lume', settings: endings('_config', 'ts', 'js'), publishes: { _site: ['dest'] } },
];
