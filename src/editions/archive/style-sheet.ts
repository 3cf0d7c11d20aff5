import { parseDeclarations } from './declarations.ts';
import { attribute, type Element, elementsIn, remove, setAttribute, textIn } from './html-tree.ts';

/**
 * Takes every style out of the document and gives them as one style sheet, by which it looks the
 * same: a `style` attribute becomes a class, `inline-1` and so on. So a page can be shown where
 * inline styles are forbidden (Content-Security-Policy without 'unsafe-inline').
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
  const classes = new Map<string, string>();
  for (const each of [root, ...elementsIn(root)]) nameStyle(each, classes);
  const rules = [...classes].flatMap(([style, name]) => rulesOf(name, style));
  return `${['@layer own, mail;', ...rules, ...sheets].join('\n')}\n`;
}

function inMail(css: string, media: string | undefined): string {
  const layer = `@layer mail {\n${css.trim()}\n}`;
  // Anything but a media query would end the rule.
  const query = media?.trim() ?? '';
  return /^[\w\s():,.-]+$/.test(query) ? `@media ${query} {\n${layer}\n}` : layer;
}

/** Gives the element the class of its style, the same one to all with the same style. */
function nameStyle(target: Element, classes: Map<string, string>): void {
  const style = attribute(target, 'style');
  if (style === undefined) return;
  setAttribute(target, 'style', undefined);
  const declarations = parseDeclarations(style);
  if (declarations.length === 0) return;
  const key = JSON.stringify(declarations);
  const name = classes.get(key) ?? `inline-${classes.size + 1}`;
  classes.set(key, name);
  const others = attribute(target, 'class')?.trim() ?? '';
  setAttribute(target, 'class', others === '' ? name : `${others} ${name}`);
}

function rulesOf(name: string, key: string): string[] {
  const declarations: ReturnType<typeof parseDeclarations> = JSON.parse(key);
  const rule = (important: boolean) => {
    const own = declarations.filter((each) => each.important === important);
    const text = own.map((each) => `${each.name}:${each.value}${important ? ' !important' : ''}`);
    return text.length === 0 ? [] : [`.${name}{${text.join(';')}}`];
  };
  return [...rule(false), ...rule(true).map((text) => `@layer own {${text}}`)];
}
