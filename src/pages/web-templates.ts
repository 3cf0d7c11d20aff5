import { createHash } from 'node:crypto';
import { ownFolder, readTemplate } from '../templates/read-templates.ts';
import { renderLiquid } from '../templates/render-liquid.ts';
import type { Template } from '../templates/templates.ts';

/** The pages, each a file with the same name and the extension `.liquid`. */
export const PAGE_NAMES = [
  'home',
  'posts',
  'post',
  'moved',
  'feeds',
  'archive',
  'subscribe',
  'one-more-click',
  'inbox',
  'confirm',
  'welcome',
  'unsubscribe',
  'unsubscribed',
  'resubscribed',
  'keep',
  'kept',
  'weekly',
  'ask-preferences',
  'preferences',
  'erase',
  'erased',
  'new-address',
  'address-changed',
  'approve',
  'approved',
  'embed',
  'link-over',
  'error',
] as const;

export type PageName = (typeof PAGE_NAMES)[number];

/** Parts of pages: `{% render 'sign-up-form' %}`. */
const PART_NAMES = ['sign-up-form', 'address-field', 'problems', 'newsletter-choices'] as const;

/** The files that pages need, with their media types. */
const ASSET_TYPES = {
  'site.css': 'text/css; charset=utf-8',
  'site.js': 'text/javascript; charset=utf-8',
  'favicon.svg': 'image/svg+xml',
} as const;

export type AssetName = keyof typeof ASSET_TYPES;

const ASSET_NAMES = Object.keys(ASSET_TYPES) as AssetName[];

/** A file that pages need. */
export type Asset = ReturnType<typeof siteAssets>[number];

/** Every file of the web template folder. */
export const WEB_TEMPLATE_FILES: readonly string[] = [
  'layout.liquid',
  ...[...PAGE_NAMES, ...PART_NAMES].map((name) => `${name}.liquid`),
  ...ASSET_NAMES,
];

/** The templates of the site, by name. */
export interface WebTemplates {
  readonly layout: Template;
  readonly pages: Readonly<Record<PageName, Template>>;
  readonly parts: Readonly<Record<string, Template>>;
  readonly assets: Readonly<Record<AssetName, Template>>;
}

/**
 * The web templates of `folder`. A missing file is replaced by Broadsheet's own. Throws a config error
 * for a file that exists but cannot be read.
 */
export function readWebTemplates(folder: string): WebTemplates {
  const read = (name: string) => readTemplate(folder, ownFolder('web-templates'), name);
  const readAll = <Name extends string>(names: readonly Name[], fileOf: (name: Name) => string) =>
    Object.fromEntries(names.map((name) => [name, read(fileOf(name))])) as Record<Name, Template>;
  return {
    layout: read('layout.liquid'),
    pages: readAll(PAGE_NAMES, (name) => `${name}.liquid`),
    parts: readAll(PART_NAMES, (name) => `${name}.liquid`),
    assets: readAll(ASSET_NAMES, (name) => name),
  };
}

/** The style sheet, the script and the icon, in the accent colour `color` (`#rrggbb`). */
export function siteAssets({ assets }: WebTemplates, color: string) {
  return ASSET_NAMES.map((name) => {
    // None of them is HTML, so nothing needs escaping.
    const body = renderLiquid(assets[name], { color }, 'text');
    // For the query of its URL: other content gets another URL.
    const version = createHash('sha256').update(body).digest('hex').slice(0, 12);
    return { name, type: ASSET_TYPES[name], body, version };
  });
}
