import { createHash } from 'node:crypto';
import { renderLiquid } from '../templates/render-liquid.ts';
import type { AssetName, WebTemplates } from './web-templates.ts';

/** A file that pages need. */
export interface Asset {
  readonly name: AssetName;
  readonly type: string;
  readonly body: string;
  /** Hash of the content, for the query of its URL: other content gets another URL. */
  readonly version: string;
}

const TYPES: Readonly<Record<AssetName, string>> = {
  'site.css': 'text/css; charset=utf-8',
  'site.js': 'text/javascript; charset=utf-8',
  'favicon.svg': 'image/svg+xml',
};

/** The style sheet, the script and the icon, in the accent colour `color` (`#rrggbb`). */
export function siteAssets({ assets }: WebTemplates, color: string): readonly Asset[] {
  return Object.entries(assets).map(([key, template]) => {
    const name = key as AssetName;
    // None of them is HTML, so nothing needs escaping.
    const body = renderLiquid(template, { color }, 'text');
    const version = createHash('sha256').update(body).digest('hex').slice(0, 12);
    return { name, type: TYPES[name], body, version };
  });
}
