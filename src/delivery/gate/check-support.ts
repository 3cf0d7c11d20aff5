import type { CheerioAPI } from 'cheerio/slim';
import type { Element } from 'domhandler';
import { type AtRule, parse as parseCss, type Root } from 'postcss';
import { CLIENTS, type MailClientId } from '../../settings/mail-clients.ts';
import { CLIENT_SUPPORT } from './client-support.ts';
import type { GateFinding } from './finding.ts';

/** What a mail program may lack, by its key. */
const FEATURES = new Map(
  CLIENT_SUPPORT.trim()
    .split('\n')
    .map((line) => {
      const [key = '', name = '', slug = '', clients = ''] = line.split('|');
      return [key, { name, slug, without: clients.split(' ') }] as const;
    }),
);

/** Finds the HTML and CSS that some of `clients` do not support, by the tests of caniemail.com. */
export function checkSupport(
  document: CheerioAPI,
  clients: readonly MailClientId[],
): readonly GateFinding[] {
  const { keys, isBroken } = featuresOf(document);
  const findings = new Map<string, GateFinding>();
  for (const key of keys) {
    const feature = FEATURES.get(key);
    const lacking = clients.filter((id) => feature?.without.includes(id));
    if (feature === undefined || lacking.length === 0) continue;
    const names = lacking.map((id) => CLIENTS[id].name).join(', ');
    findings.set(feature.slug, {
      ...{
        check: 'support',
        level: 'warning',
        fact: `${names} ${lacking.length === 1 ? 'does' : 'do'} not support ${feature.name}`,
      },
      remedy: `use something else beside it, see https://www.caniemail.com/features/${feature.slug}/`,
    });
  }
  const css: GateFinding = {
    ...{ check: 'support', level: 'warning', fact: 'a <style> or style="" is not valid CSS' },
    remedy: 'correct the template of the digest',
  };
  return [...findings.values(), ...(isBroken ? [css] : [])];
}

/**
 * The keys of what a document uses: `element:video`, `element:input=text`, `attribute:srcset`,
 * `property:gap`, `property:display=flex`, `function:calc`, `unit:vw`, `at:import`, `pseudo:before`.
 * Rules inside media queries do not count: only programs that know the query see them.
 */
export function featuresOf(document: CheerioAPI): {
  readonly keys: ReadonlySet<string>;
  readonly isBroken: boolean;
} {
  const keys = new Set<string>();
  let isBroken = false;
  document<Element, string>('*').each((_, element) => {
    const { name, attribs } = element;
    keys.add(`element:${name}`);
    if (attribs.type !== undefined) keys.add(`element:${name}=${attribs.type.toLowerCase()}`);
    for (const attribute of Object.keys(attribs)) keys.add(`attribute:${attribute.toLowerCase()}`);
    const css = name === 'style' ? document(element).text() : '';
    for (const text of [css, attribs.style ?? '']) {
      try {
        addCss(parseCss(text), keys);
      } catch {
        isBroken = true;
      }
    }
  });
  return { keys, isBroken };
}

function addCss(root: Root, keys: Set<string>): void {
  root.walk((node) => {
    if (isInMedia(node.parent as AtRule | undefined)) return;
    if (node.type === 'atrule') keys.add(`at:${node.name}`);
    if (node.type === 'rule') {
      for (const [, name] of node.selector.matchAll(/:([a-z-]+)/g)) keys.add(`pseudo:${name}`);
    }
    if (node.type !== 'decl') return;
    const name = node.prop.toLowerCase();
    const value = node.value.toLowerCase().replaceAll(/url\([^)]*\)|"[^"]*"|'[^']*'/g, '');
    keys.add(`property:${name}`);
    for (const word of value.split(/[\s,]+/)) keys.add(`property:${name}=${word}`);
    for (const [, called] of value.matchAll(/([a-z-]+)\(/g)) keys.add(`function:${called}`);
    for (const [, unit] of value.matchAll(/(?<![#\w-])[\d.]+([a-z]+|%)/g)) keys.add(`unit:${unit}`);
    if (/url\(|gradient\(/i.test(node.value) && name === 'background')
      keys.add('property:background-image');
  });
}

function isInMedia(parent: AtRule | undefined): boolean {
  if (parent === undefined || (parent.type as string) === 'root') return false;
  return parent.name === 'media' || isInMedia(parent.parent as AtRule | undefined);
}
