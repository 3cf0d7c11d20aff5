import { Liquid } from 'liquidjs';
import { BroadsheetError, EXIT, reasonOf } from '../base/errors.ts';
import type { Image } from '../model/post.ts';
import { fitInto } from './fit-into.ts';
import { readableColor } from './readable-color.ts';
import type { Template } from './templates.ts';
import { underline, wrapText } from './wrap-text.ts';

/** Whether every `{{ value }}` is escaped for HTML, or goes out as it is. */
export type LiquidOutput = 'html' | 'text';

const engines: Readonly<Record<LiquidOutput, Liquid>> = {
  html: openEngine('html'),
  text: openEngine('text'),
};

/**
 * `template` with the values of `scope`. A template sees nothing but the scope's own properties:
 * no file, no prototype, and an unknown name is an error, so that a typo is found. Besides
 * Liquid's own filters there are
 *
 *     {{ newsletter.color | readable_on: '#ffffff' }}   the colour, with contrast enough to read
 *     {% assign box = lead.image | fit: 552, 400 %}     box.width and box.height
 *     {{ lead.excerpt | wrap: 72, '   ' }}              lines of 72 columns, the others indented
 *     {{ lead.title | underline: '=' }}
 *
 * Throws a `BroadsheetError` (config) with file, line and column.
 */
export function renderLiquid(template: Template, scope: object, output: LiquidOutput): string {
  try {
    return engines[output].parseAndRenderSync(template.source, scope);
  } catch (error) {
    throw new BroadsheetError(EXIT.config, describe(template, error), { cause: error });
  }
}

function openEngine(output: LiquidOutput): Liquid {
  const engine = new Liquid({
    // Templates by name come from this empty list, not from the disk.
    templates: {},
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: true,
    lenientIf: true,
    parseLimit: 1_000_000,
    renderLimit: 2_000,
    memoryLimit: 50_000_000,
    timezoneOffset: 0,
    ...(output === 'html' ? { outputEscape: 'escape' as const } : {}),
  });
  engine.registerFilter('readable_on', (color: string, ground: string) =>
    readableColor(color, ground),
  );
  engine.registerFilter('fit', (image: Image, width: number, height: number) =>
    fitInto(image, { width, height }),
  );
  engine.registerFilter('wrap', (text: string, width: number, indent?: string) =>
    wrapText(String(text), width, indent),
  );
  engine.registerFilter('underline', (text: string, mark: string) => underline(text, mark));
  return engine;
}

/** liquidjs ends its messages with ", line:3, col:5"; editors want the place first. */
function describe(template: Template, error: unknown): string {
  const reason = reasonOf(error);
  const place = /, line:(\d+), col:(\d+)/.exec(reason);
  const fact = reason.replace(/(, file:.*?)?, line:\d+, col:\d+.*$/s, '');
  const at = place ? `:${place[1]}:${place[2]}` : '';
  return `${template.file}${at}  the template cannot be rendered: ${fact}; mend it, or delete the file to use Broadsheet's own`;
}
