import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings, type Settings, textAt, textsAt } from './read-settings.ts';

/** How to recognise a site generator, and which folders of a site it publishes. */
export interface SiteGenerator {
  readonly name: string;
  /**
   * Any of these files or folders, relative to the site's folder, shows that this generator makes
   * the site.
   */
  readonly marks: readonly string[];
  /** Marks that other generators have too: one of `besides` has to exist as well. */
  readonly sharedMarks?: readonly string[];
  readonly besides?: readonly string[];
  /** Files with its settings; the first that exists counts. */
  readonly settings?: readonly string[];
  /** Folders that it publishes with all their content, relative to the site's folder. */
  readonly publishes: (settings: Settings) => readonly string[];
}

const endings = (name: string, ...all: readonly string[]) => all.map((each) => `${name}.${each}`);
const script = (name: string) => endings(name, 'js', 'mjs', 'cjs', 'ts', 'mts', 'cts');

/** `fallback`, or its replacement in the settings under one of `keys`. */
const own = (settings: Settings, fallback: string, ...keys: readonly string[]) => {
  const named = keys.flatMap((key) => textsAt(settings, key));
  return named.length > 0 ? named : [fallback];
};

const HUGO = endings('hugo', 'toml', 'yaml', 'yml', 'json');
const OLD_HUGO = endings('config', 'toml', 'yaml', 'yml', 'json');

/**
 * Generators that publish whole folders. Jekyll, which publishes everything that is not excluded,
 * is in `jekyll-site.ts`. Each according to its documentation of 2026.
 */
export const SITE_GENERATORS: readonly SiteGenerator[] = [
  {
    name: 'Zola',
    marks: ['zola.toml'],
    sharedMarks: ['config.toml'],
    besides: ['templates', 'sass'],
    settings: ['config.toml', 'zola.toml'],
    publishes: (settings) => ['static', 'content', ...own(settings, 'public', 'output_dir')],
  },
  {
    name: 'Hugo',
    marks: [...HUGO, 'config/_default'],
    sharedMarks: OLD_HUGO,
    besides: ['content', 'archetypes', 'layouts', 'themes', 'static', 'go.mod'],
    settings: [...HUGO, ...OLD_HUGO].flatMap((file) => [file, `config/_default/${file}`]),
    publishes: (settings) => [
      ...own(settings, 'static', 'staticDir', 'staticdir'),
      ...own(settings, 'content', 'contentDir', 'contentdir'),
      ...own(settings, 'assets', 'assetDir', 'assetdir'),
      ...own(settings, 'public', 'publishDir', 'publishdir'),
    ],
  },
  {
    name: 'Eleventy',
    marks: ['.eleventy.js', ...script('eleventy.config')],
    settings: ['.eleventy.js', ...script('eleventy.config')],
    publishes: (settings) => [
      ...own(settings, '_site', 'output'),
      ...textsAt(settings, 'addPassthroughCopy'),
    ],
  },
  {
    name: 'Astro',
    marks: script('astro.config'),
    settings: script('astro.config'),
    publishes: (settings) => [
      ...own(settings, 'public', 'publicDir'),
      ...own(settings, 'dist', 'outDir'),
    ],
  },
  {
    name: 'VitePress',
    marks: script('.vitepress/config'),
    settings: script('.vitepress/config'),
    publishes: (settings) => [
      join(textAt(settings, 'srcDir') ?? '.', 'public'),
      ...own(settings, '.vitepress/dist', 'outDir'),
    ],
  },
  {
    name: 'VuePress',
    marks: script('.vuepress/config'),
    publishes: () => ['.vuepress/public', '.vuepress/dist'],
  },
  {
    name: 'Docusaurus',
    marks: script('docusaurus.config'),
    settings: script('docusaurus.config'),
    publishes: (settings) => [...own(settings, 'static', 'staticDirectories'), 'build'],
  },
  { name: 'Gatsby', marks: script('gatsby-config'), publishes: () => ['static', 'public'] },
  { name: 'Next.js', marks: script('next.config'), publishes: () => ['public', 'out'] },
  {
    name: 'Nuxt',
    marks: script('nuxt.config'),
    publishes: () => ['public', 'app/public', 'dist', '.output/public'],
  },
  { name: 'SvelteKit', marks: script('svelte.config'), publishes: () => ['static', 'build'] },
  {
    name: 'Vite',
    marks: script('vite.config'),
    settings: script('vite.config'),
    publishes: (settings) => [
      ...own(settings, 'public', 'publicDir'),
      ...own(settings, 'dist', 'outDir'),
    ],
  },
  {
    name: 'Hexo',
    marks: [],
    sharedMarks: ['_config.yml'],
    besides: ['source/_posts', 'scaffolds'],
    settings: ['_config.yml'],
    publishes: (settings) => [
      ...own(settings, 'source', 'source_dir'),
      ...own(settings, 'public', 'public_dir'),
    ],
  },
  {
    name: 'Pelican',
    marks: ['pelicanconf.py'],
    settings: ['pelicanconf.py'],
    publishes: (settings) => [
      ...own(settings, 'content', 'PATH'),
      ...own(settings, 'output', 'OUTPUT_PATH'),
    ],
  },
  {
    name: 'MkDocs',
    marks: endings('mkdocs', 'yml', 'yaml'),
    settings: endings('mkdocs', 'yml', 'yaml'),
    publishes: (settings) => [
      ...own(settings, 'docs', 'docs_dir'),
      ...own(settings, 'site', 'site_dir'),
    ],
  },
  {
    name: 'mdBook',
    marks: ['book.toml'],
    publishes: () => ['src', 'book'],
  },
  {
    name: 'Middleman',
    marks: [],
    sharedMarks: ['config.rb'],
    besides: ['source'],
    publishes: () => ['source', 'build'],
  },
  {
    name: 'Nikola',
    marks: [],
    sharedMarks: ['conf.py'],
    besides: ['files', 'galleries', 'listings'],
    publishes: () => ['files', 'galleries', 'listings', 'output'],
  },
  {
    name: 'Lume',
    marks: endings('_config', 'ts', 'js'),
    settings: endings('_config', 'ts', 'js'),
    publishes: (settings) => own(settings, '_site', 'dest'),
  },
];

/** The generators of the site in `folder`, according to its files. */
export function generatorsOf(folder: string): readonly SiteGenerator[] {
  const has = (path: string) => existsSync(join(folder, path));
  return SITE_GENERATORS.filter(
    ({ marks, sharedMarks = [], besides = [] }) =>
      marks.some(has) || (sharedMarks.some(has) && besides.some(has)),
  );
}

/** The folders that `generator` publishes of the site in `folder`; absolute. */
export function publishedBy(generator: SiteGenerator, folder: string): readonly string[] {
  const file = generator.settings?.find((path) => existsSync(join(folder, path)));
  const settings = file === undefined ? {} : readSettings(join(folder, file));
  return generator.publishes(settings).map((path) => join(folder, path));
}
