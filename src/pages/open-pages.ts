import type { Template as ParsedTemplate } from 'liquidjs';
import { readLogo } from '../feeds/logo.ts';
import { oneLine } from '../kernel/one-line.ts';
import type { Texts } from '../kernel/texts.ts';
import type { Config } from '../settings/config.ts';
import { openLiquid } from '../templates/open-liquid.ts';
import { templateError } from '../templates/render-liquid.ts';
import type { Template } from '../templates/templates.ts';
import { type LayoutScope, layoutScope, type PagePlace } from './layout-scope.ts';
import { type PageName, siteAssets, type WebTemplates } from './web-templates.ts';

/** A page of the site before it is rendered. */
export interface Page {
  readonly name: PageName;
  /** Plain text. The name of the site is added to it. */
  readonly title: string;
  /** For search engines, and for link previews. */
  readonly description?: string;
  /** For a public page: its path below the base, `''` for the home page. */
  readonly path?: string;
  /** For a public page that has another address, or that is a copy: the URL for `path`. */
  readonly url?: string;
  /** For link previews of an article. */
  readonly article?: { readonly published: string; readonly image?: string };
  /**
   * For a file that people may open from the disk: how many folders it is below the output folder. It then
   * finds its style sheet there, too.
   */
  readonly depth?: number;
  /** Where browsers go at once. */
  readonly goTo?: string;
  /** Whether search engines may index it. Forms and personal pages must not be indexed. */
  readonly isIndexed?: boolean;
  /** Further variables of its template. */
  readonly scope?: object;
}

/** Renders the site's pages. */
export type Pages = ReturnType<typeof openPages>;

/**
 * Opens the pages of `templates`, with texts in one language. Throws a `BroadsheetError` (config), with
 * file, line and column, for a template that cannot be parsed.
 */
export function openPages(
  config: Config,
  templates: WebTemplates,
  texts: Texts,
  place: PagePlace = 'service',
) {
  const prepare = openTemplates(templates);
  const assets = siteAssets(templates, config.site.color);
  const logo = readLogo(config.site.logo, oneLine(config.site.title), config.publicUrl);
  const common = layoutScope(config, texts, { assets, logo, place });
  const root = place === 'service' ? config.serviceUrl : config.publicUrl;
  const layout = prepare(templates.layout);
  const pages = new Map(
    Object.entries(templates.pages).map(([name, page]) => [name, prepare(page)]),
  );
  return {
    texts,
    /** The variables of every template. */
    common,
    assets,
    /** Returns a whole document. Throws a `BroadsheetError` (config) for a template that cannot be rendered. */
    render({
      name,
      title,
      description,
      path,
      isIndexed = false,
      scope = {},
      ...rest
    }: Page): string {
      const ofPath = path === undefined || root === undefined ? null : `${root}${path}`;
      const page = {
        name,
        title,
        description: description || null,
        indexed: isIndexed,
        url: rest.url ?? ofPath,
        article: rest.article ? { image: null, ...rest.article } : null,
        go_to: rest.goTo ?? null,
      };
      const { depth } = rest;
      const known = {
        ...common,
        ...(depth === undefined ? {} : { assets: relativeAssets(common, depth) }),
        ...{ texts, page },
      };
      const content = pages.get(name)?.({ ...known, ...scope }) ?? '';
      return layout({ ...known, content });
    },
  };
}

function relativeAssets({ assets, published }: LayoutScope, depth: number): LayoutScope['assets'] {
  const { css, js, icon } = assets;
  const relative = (path: string) => '../'.repeat(depth) + path.slice(published.length);
  return { css: relative(css), js: relative(js), icon: relative(icon) };
}

type Render = (scope: object) => string;

function openTemplates({ parts }: WebTemplates): (template: Template) => Render {
  const sources = Object.entries(parts).map(([name, { source }]) => [name, source]);
  const engine = openLiquid('html', Object.fromEntries(sources));
  const attempt = <T>(template: Template, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      // If the error is in a part, its line and column are those of the part. liquidjs knows the part's
      // text, but not always its name.
      const text = (error as { readonly token?: { readonly input?: string } }).token?.input;
      const part = Object.values(parts).find(({ source }) => source === text);
      throw templateError(part ?? template, error);
    }
  };
  return (template) => {
    const parsed = attempt(template, (): ParsedTemplate[] => engine.parse(template.source));
    // As globals: the parts of a page then have the same variables as the page.
    return (scope) => attempt(template, () => engine.renderSync(parsed, {}, { globals: scope }));
  };
}
