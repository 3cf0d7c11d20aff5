import { type FilterImplOptions, Liquid } from 'liquidjs';
import type { Texts, TextValues } from '../kernel/texts.ts';
import type { Image } from '../posts/post.ts';
import { readableColor } from './readable-color.ts';
import { underline, wrapText } from './wrap-text.ts';

/** Whether every `{{ value }}` is escaped for HTML, or printed unchanged. */
export type LiquidOutput = 'html' | 'text';

/**
 * Opens Liquid for the templates of mails and pages. A template sees only its scope's own
 * properties: no files except `partials`, and no prototype. An unknown name is an error, which
 * finds typing mistakes. Besides Liquid's own filters it has
 *
 *     {{ newsletter.color | readable_on: '#ffffff' }}   the colour, with enough contrast to read
 *     {% assign box = lead.image | fit: 552, 400 %}     box.width and box.height
 *     {{ lead.excerpt | wrap: 72, '   ' }}              lines of 72 columns, the others indented
 *     {{ lead.excerpt | wrap: 70 | quote }}             lines that begin with "> "
 *     {{ lead.title | underline: '=' }}
 *     {{ 'site.home.title' | t: name: newsletter.name }}   a text of the language file
 *
 * The last one needs `texts` (a `Texts`) in the scope.
 */
export function openLiquid(
  output: LiquidOutput,
  partials: Readonly<Record<string, string>> = {},
): Liquid {
  const engine = new Liquid({
    // Named templates come from this list, not from the disk.
    templates: partials,
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
  engine.registerFilter('quote', (text: string) => String(text).replace(/^/gm, '> '));
  engine.registerFilter('underline', (text: string, mark: string) => underline(text, mark));
  engine.registerFilter('t', translate);
  return engine;
}

const translate: FilterImplOptions = function (key: string, ...named: [string, string | number][]) {
  // Inside `{% render %}` the outer scope is not available, but the texts always are.
  const scopes = [this.context.environments, this.context.globals] as { texts?: Texts }[];
  const texts = scopes.find((scope) => scope.texts !== undefined)?.texts;
  if (texts === undefined) throw new Error('there are no texts here');
  return texts.text(key, Object.fromEntries(named) as TextValues);
};

/** Width and height in CSS pixels, whole numbers of at least 1. */
interface Box {
  readonly width: number;
  readonly height: number;
}

/**
 * The size of `image` inside a box. Keeps its proportions, and never enlarges it. If its size is
 * unknown, a 3:2 photograph is assumed: most mail programs correct the height when the picture
 * arrives, and reserve the room until then.
 */
export function fitInto(image: Pick<Image, 'width' | 'height'>, box: Box): Box {
  const known = image.width !== undefined && image.height !== undefined;
  const width = known && image.width > 0 ? image.width : 3000;
  const height = known && image.height > 0 ? image.height : 2000;
  const scale = Math.min(1, box.width / width, box.height / height);
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}
