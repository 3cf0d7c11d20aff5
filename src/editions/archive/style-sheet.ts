import { createHash } from 'node:crypto';
import { type Declaration, parseDeclarations } from './declarations.ts';
import { attribute, type Element, elementsIn, remove, setAttribute, textIn } from './html-tree.ts';

/**
 * Moves all styles of the document into one style sheet, which it returns. The document looks the
 * same; each `style` attribute becomes a class. The page then works where inline styles are
 * forbidden (Content-Security-Policy without 'unsafe-inline'). A class is named after its content,
 * and classes are sorted by name, so mails of the same shape have the same style sheet.
 *
 * Cascade layers (CSS Cascading 5 §6.4) keep the priorities. Rules outside layers win over the
 * mail's own rules, however specific, as inline styles do. `!important` in the mail's rules wins
 * over those. An inline `!important` wins over all, because among important layers the first wins.
 */
export function takeStyles(root: Element): string {
  const sheets = elementsIn(root)
    .filter(({ tagName }) => tagName === 'style')
    .map((style) => {
      remove(style);
      return inMail(textIn(style), attribute(style, 'media'));
    });
  // Keyed by the style as written, because most styles occur many times.
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
  // Anything except a media query would end the rule.
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
