import { createHash } from 'node:crypto';
import { type Declaration, parseDeclarations } from './declarations.ts';
import { attribute, type Element, elementsIn, remove, setAttribute, textIn } from './html-tree.ts';

/**
 * Takes every style out of the document and gives them as one style sheet, by which it looks the
 * same: a `style` attribute becomes a class. So a page can be shown where inline styles are
 * forbidden (Content-Security-Policy without 'unsafe-inline'). A class is called by what it says,
 * and classes come by their names, so that mails of one shape have the same style sheet.
 *
 * Who wins over whom stays as it was, by cascade layers (CSS Cascading 5 §6.4): what is in no layer
 * wins over the mail's own rules, however specific, as inline styles do; `!important` of the mail's
 * rules wins over that; and an inline `!important` over all, since of layers the first wins there.
 */
export function takeStyles(root: Element): string {
  const sheets = elementsIn(root)
    .filter(({ tagName }) => tagName === 'style')
    .map((style) => {
      remove(style);
      return inMail(textIn(style), attribute(style, 'media'));
    });
  // By the style as it was written: most are there many times.
  const classes = new Map<string, StyleClass | undefined>();
  for (const each of [root, ...elementsIn(root)]) {
    const style = attribute(each, 'style');
    if (style === undefined) continue;
    setAttribute(each, 'style', undefined);
    const found = classes.has(style) ? classes.get(style) : classOf(style);
    classes.set(style, found);
    if (found === undefined) continue;
    const others = attribute(each, 'class')?.trim() ?? '';
    setAttribute(each, 'class', others === '' ? found.name : `${others} ${found.name}`);
  }
  const rules = new Set([...classes.values()].flatMap((found) => found?.rules ?? []));
  return `${['@layer own, mail;', ...[...rules].toSorted(), ...sheets].join('\n')}\n`;
}

interface StyleClass {
  readonly name: string;
  readonly rules: readonly string[];
}

function classOf(style: string): StyleClass | undefined {
  const declarations = parseDeclarations(style);
  if (declarations.length === 0) return undefined;
  const digest = createHash('sha256').update(JSON.stringify(declarations)).digest('hex');
  const name = `inline-${digest.slice(0, 8)}`;
  return { name, rules: rulesOf(name, declarations) };
}

function inMail(css: string, media: string | undefined): string {
  const layer = `@layer mail {\n${css.trim()}\n}`;
  // Anything but a media query would end the rule.
  const query = media?.trim() ?? '';
  return /^[\w\s():,.-]+$/.test(query) ? `@media ${query} {\n${layer}\n}` : layer;
}

function rulesOf(name: string, declarations: readonly Declaration[]): string[] {
  const rule = (important: boolean) => {
    const own = declarations.filter((each) => each.important === important);
    const text = own.map((each) => `${each.name}:${each.value}${important ? ' !important' : ''}`);
    return text.length === 0 ? [] : [`.${name}{${text.join(';')}}`];
  };
  return [...rule(false), ...rule(true).map((text) => `@layer own {${text}}`)];
}
