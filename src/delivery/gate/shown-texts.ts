import type { CheerioAPI } from 'cheerio/slim';
import type { Color } from 'culori';
// One file instead of 150; Node does not see its names.
import culori from 'culori/require';
import type { AnyNode, Element } from 'domhandler';
import { type AtRule, type Declaration, type Document, parse as parseCss } from 'postcss';

export type ColorScheme = 'light' | 'dark';

/** A piece of text that readers see. */
export interface ShownText {
  readonly text: string;
  /** `#rrggbb`, as they come to lie on each other. */
  readonly color: string;
  /** Absent behind a picture without a colour of its own. */
  readonly background: string | undefined;
  readonly sizePx: number;
  readonly isBold: boolean;
  /** The target of the link around it. */
  readonly href: string | undefined;
}

/** A value of the cascade, and how strong it is. */
interface Value {
  readonly value: string;
  readonly rank: number;
}

/** What a text inherits from the elements around it. */
interface Around {
  readonly color: string;
  readonly background: string | undefined;
  readonly sizePx: number;
  readonly isBold: boolean;
  readonly isInvisible: boolean;
  readonly opacity: number;
  readonly href: string | undefined;
}

const UNSEEN = new Set(['head', 'title', 'style', 'script', 'template']);
/** Sizes of headings in browsers, in the size of the text around them. */
const HEADINGS: Readonly<Record<string, number>> = { h1: 2, h2: 1.5, h3: 1.17, h5: 0.83, h6: 0.67 };
const BOLD = new Set(['b', 'strong', 'th', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6']);
/** The colours of browsers. */
const CANVAS = {
  light: { color: '#000000', background: '#ffffff', link: '#0000ee' },
  dark: { color: '#ffffff', background: '#121212', link: '#9e9eff' },
} as const;

/**
 * The texts that a reader sees, with their colours: the cascade of `<style>`, `style` and the old
 * attributes, on a screen as wide as a desk's. Knows the properties that matter for colours only.
 */
export function shownTexts(document: CheerioAPI, scheme: ColorScheme): readonly ShownText[] {
  const styles = cascade(document, scheme);
  const isAdaptive = /color-scheme\b[^;}]*\bdark/.test(
    `color-scheme:${document('meta[name=color-scheme]').attr('content')};${document('style').text()}`,
  );
  const canvas = CANVAS[isAdaptive ? scheme : 'light'];
  const shown: ShownText[] = [];

  const visit = (node: AnyNode, around: Around) => {
    if (node.type === 'text') {
      const text = node.data.replace(/(?:\s|\u00ad|\u034f|[\u200b-\u200f\u2060])+/g, ' ').trim();
      if (text === '' || around.isInvisible || around.sizePx < 2) return;
      const { background, color, opacity, sizePx, isBold, href } = around;
      shown.push({
        ...{ text, background, sizePx, isBold, href },
        color: layered(color, background ?? canvas.background, opacity),
      });
    } else if ('attribs' in node) {
      if (UNSEEN.has(node.name)) return;
      const value = (name: string) => styles.get(node)?.get(name)?.value;
      if (value('display') === 'none') return;
      const inside = within(node, around, value, canvas.link);
      for (const child of node.children) visit(child, inside);
    }
  };
  const start: Around = {
    ...{ color: canvas.color, background: canvas.background, sizePx: 16, isBold: false },
    ...{ isInvisible: false, opacity: 1, href: undefined },
  };
  for (const node of document.root().contents().get()) visit(node, start);
  return shown;
}

function within(
  { name, attribs }: Element,
  around: Around,
  value: (name: string) => string | undefined,
  linkColor: string,
): Around {
  const isLink = name === 'a' && attribs.href !== undefined;
  const color = value('color') ?? (isLink ? linkColor : 'inherit');
  const weight = value('font-weight');
  const visibility = value('visibility');
  return {
    color: color === 'inherit' || color === 'currentcolor' ? around.color : color,
    background: backgroundOf(around.background, value),
    sizePx: sizeOf(value('font-size'), around.sizePx, HEADINGS[name] ?? 1),
    isBold:
      weight === undefined
        ? around.isBold || BOLD.has(name)
        : weight.startsWith('bold') || Number(weight) >= 700,
    isInvisible: visibility === undefined ? around.isInvisible : visibility !== 'visible',
    opacity: around.opacity * Number(value('opacity') ?? 1),
    href: isLink ? attribs.href : around.href,
  };
}

function backgroundOf(
  below: string | undefined,
  value: (name: string) => string | undefined,
): string | undefined {
  const color = value('background-color') ?? 'transparent';
  const isOpaque = (parseColor(color)?.alpha ?? 1) === 1;
  if (isOpaque) return layered(color, color, 1);
  if ((value('background-image') ?? 'none') !== 'none') return undefined;
  return below && layered(color, below, 1);
}

/** `color` as it looks on `background`: `#rrggbb`. */
function layered(color: string, background: string, opacity: number): string {
  const top = parseColor(color);
  if (top === undefined) return background;
  return culori.formatHex(
    culori.blend([background, { ...top, alpha: (top.alpha ?? 1) * opacity }]),
  );
}

const UNITS: Readonly<Record<string, number>> = { px: 1, pt: 4 / 3, rem: 16 };

function sizeOf(value: string | undefined, aroundPx: number, factor: number): number {
  const [, number, unit = ''] = /^([\d.]+)(px|pt|rem|em|%)?$/.exec(value ?? '') ?? [];
  if (number === undefined) return aroundPx * factor;
  if (unit === 'em') return Number(number) * aroundPx;
  if (unit === '%') return (Number(number) / 100) * aroundPx;
  return Number(number) * (UNITS[unit] ?? 1);
}

/** The declared values of each element that win (CSS Cascading 5 §6). */
function cascade(document: CheerioAPI, scheme: ColorScheme): Map<Element, Map<string, Value>> {
  const styles = new Map<Element, Map<string, Value>>();
  const declare = (element: Element, name: string, value: string, rank: number) => {
    const of = styles.get(element) ?? new Map<string, Value>();
    styles.set(element, of);
    if (rank >= (of.get(name)?.rank ?? 0)) of.set(name, { value, rank });
  };
  const declareAll = (element: Element, declarations: readonly Declaration[], rank: number) => {
    for (const { prop, value, important } of declarations) {
      for (const [name, each] of longhands(prop.toLowerCase(), value.trim().toLowerCase()))
        declare(element, name, each, important ? rank + IMPORTANT : rank);
    }
  };
  document<Element, string>('[bgcolor], [background], [color], body[text]').each((_, element) => {
    const { bgcolor, background, color, text } = element.attribs;
    if (bgcolor && parseColor(bgcolor)) declare(element, 'background-color', bgcolor, 0);
    if (background) declare(element, 'background-image', background, 0);
    const ink = element.name === 'font' ? color : text;
    if (ink && parseColor(ink)) declare(element, 'color', ink, 0);
  });
  for (const css of document('style').get()) {
    cssOf(document(css).text())?.walkRules((rule) => {
      if (!applies(rule.parent as AtRule, scheme)) return;
      const declarations = rule.nodes.filter((node) => node.type === 'decl');
      for (const selector of rule.selectors) {
        for (const element of elementsOf(document, selector))
          declareAll(element, declarations, specificity(selector));
      }
    });
  }
  document<Element, string>('[style]').each((_, element) => {
    const inline = cssOf(element.attribs.style ?? '');
    const declarations = inline?.nodes.filter((node) => node.type === 'decl') ?? [];
    declareAll(element, declarations as readonly Declaration[], INLINE);
  });
  return styles;
}

const INLINE = 1_000_000;
const IMPORTANT = 2_000_000;

/** Never throws: what is no CSS is reported by another check. */
function cssOf(text: string) {
  try {
    return parseCss(text);
  } catch {
    return undefined;
  }
}

/** The declarations that matter here. An invalid colour does not count, as in browsers. */
function longhands(name: string, value: string): readonly (readonly [string, string])[] {
  if (name === 'color' || name === 'background-color') {
    const isKnown = value === 'inherit' || value === 'currentcolor' || parseColor(value);
    return isKnown ? [[name, value]] : [];
  }
  if (name !== 'background') return [[name, value]];
  const words = value.replace(/url\([^)]*\)/g, '').match(/[a-z-]+\([^)]*\)|[^\s]+/g) ?? [];
  const image = /url\(|gradient\(/.test(value) ? value : 'none';
  const color = words.find((word) => parseColor(word) !== undefined);
  return [
    ['background-color', color ?? 'transparent'],
    ['background-image', image],
  ];
}

/** Never throws, as the library does for text that is no colour. */
function parseColor(text: string): Color | undefined {
  return /^(?:#[0-9a-f]+|[a-z]+|[a-z]+\([^()]*\))$/i.test(text) ? culori.parse(text) : undefined;
}

/** Whether rules inside `parent` hold on a wide screen in this scheme. */
function applies(parent: AtRule | Document | undefined, scheme: ColorScheme): boolean {
  if (parent?.type !== 'atrule') return true;
  if (!applies(parent.parent as AtRule, scheme)) return false;
  if (parent.name !== 'media') return parent.name === 'supports';
  return parent.params.split(',').some((query) => {
    const [, wanted = scheme] = /prefers-color-scheme:\s*(\w+)/.exec(query) ?? [];
    return wanted === scheme && !/\bprint\b|max-(?:device-)?width/.test(query);
  });
}

function elementsOf(document: CheerioAPI, selector: string): readonly Element[] {
  try {
    return document<Element, string>(selector).get();
  } catch {
    // A selector of a state or a pseudo-element: it is no text of the mail.
    return [];
  }
}

/** Selectors 4 §17, as one number. */
function specificity(selector: string): number {
  const count = (pattern: RegExp) => selector.match(pattern)?.length ?? 0;
  const ids = count(/#[\w-]+/g);
  const classes = count(/\.[\w-]+|\[[^\]]*\]|(?<!:):(?!:)[\w-]+/g);
  const types = count(/(?:^|[\s>+~])[a-z][\w-]*/gi);
  return 1 + ids * 10_000 + classes * 100 + types;
}
