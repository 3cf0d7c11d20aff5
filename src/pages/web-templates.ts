import { join } from 'node:path';
import { readTemplate } from '../templates/read-template.ts';
import type { Template } from '../templates/templates.ts';

/** Broadsheet's own templates, beside `src/` in a checkout and beside `dist/` in the package. */
const OWN_FOLDER = join(import.meta.dirname, '..', '..', 'web-templates');

/** The pages, each a file with the same name and the extension `.liquid`. */
export const PAGE_NAMES = [
  'home',
  'archive',
  'subscribe',
  'one-more-click',
  'inbox',
  'confirm',
  'welcome',
  'unsubscribe',
  'unsubscribed',
  'resubscribed',
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

const ASSET_NAMES = ['site.css', 'site.js', 'favicon.svg'] as const;

export type AssetName = (typeof ASSET_NAMES)[number];

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
  const read = (name: string) => readTemplate(folder, OWN_FOLDER, name);
  const readAll = <Name extends string>(names: readonly Name[], fileOf: (name: Name) => string) =>
    Object.fromEntries(names.map((name) => [name, read(fileOf(name))])) as Record<Name, Template>;
  return {
    layout: read('layout.liquid'),
    pages: readAll(PAGE_NAMES, (name) => `${name}.liquid`),
    parts: readAll(PART_NAMES, (name) => `${name}.liquid`),
    assets: readAll(ASSET_NAMES, (name) => name),
  };
}
