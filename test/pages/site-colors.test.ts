import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editionPageCss } from '../../src/editions/archive/edition-page-css.ts';
import { readWebTemplates, siteAssets } from '../../src/pages/web-templates.ts';
import { contrastRatio } from '../../src/templates/readable-color.ts';

const templates = readWebTemplates('nowhere');

/** The colours of a style sheet by their names, in the order of light and dark. */
function palettes(css: string): Record<string, string>[] {
  const found: Record<string, string>[] = [{}, {}];
  for (const [, name = '', value = ''] of css.matchAll(/--([\w-]+): (#[0-9a-f]{3,6})(?=;)/gi)) {
    const palette = found.find((each) => !(name in each));
    if (palette !== undefined) palette[name] = value;
  }
  return found;
}

test('whatever the colour, text in it and on it can be read, on the pages and around editions', () => {
  const color = fc
    .integer({ min: 0, max: 0xffffff })
    .map((value) => `#${value.toString(16).padStart(6, '0')}`);
  fc.assert(
    fc.property(color, (accent) => {
      const css = siteAssets(templates, accent).find(({ name }) => name === 'site.css')?.body ?? '';
      for (const palette of palettes(css)) {
        const { mark = '', paper = '', card = '', tint = '' } = palette;
        for (const ground of [paper, card, tint, palette['on-mark'] ?? '']) {
          assert.ok(contrastRatio(mark, ground) >= 4.5, `${mark} on ${ground}`);
        }
      }
      for (const { mark = '', ground = '' } of palettes(editionPageCss(accent))) {
        assert.ok(contrastRatio(mark, ground) >= 4.5, `${mark} on ${ground}`);
      }
    }),
    { numRuns: 30, examples: [['#ffffff'], ['#000000'], ['#ffff00'], ['#777777']] },
  );
});
