import { foldSpace } from '../../kernel/clean-text.ts';
import { attribute, type Element, elementsIn, remove, setAttribute, textIn } from './html-tree.ts';

/** Class of what a template shows in the mail alone. */
const MAIL_ONLY = /(^|\s)mail-only(\s|$)/;

/**
 * What no mail program shows or runs, so nobody got it; what would reach beyond the mail; and what
 * browsers read again otherwise than it was written (foreign content, raw text).
 */
const ACTIVE = new Set(
  'script noscript iframe frame frameset object embed applet base link meta title template form input button select textarea dialog svg math xmp plaintext listing noembed noframes'.split(
    ' ',
  ),
);

/** An address that is code, with the white space and controls that browsers pass over (URL Standard §4.4). */
const CODE = /^[\0-\x20]*(j\s*a\s*v\s*a|v\s*b)\s*s\s*c\s*r\s*i\s*p\s*t\s*:/i;

const ADDRESSES = new Set([
  'href',
  'src',
  'action',
  'formaction',
  'background',
  'poster',
  'xlink:href',
]);

/**
 * Takes out of a mail's document what mail programs take out too (scripts, frames, forms, handlers
 * of events, addresses that run code), its comments, which are for Outlook, its preheader, which
 * inboxes show beside the subject, and what its template says is for the mail only.
 */
export function takeOutActive(root: Element, preheader: string): void {
  for (const each of elementsIn(root)) {
    if (ACTIVE.has(each.tagName) || isMailOnly(each) || isPreheader(each, preheader)) remove(each);
    each.childNodes = each.childNodes.filter(({ nodeName }) => nodeName !== '#comment');
    for (const { name, value } of each.attrs) {
      const runs = CODE.test(value) || (ADDRESSES.has(name) && !isHarmless(value));
      if (runs || /^(on|xmlns)|^srcdoc$/i.test(name)) setAttribute(each, name, undefined);
    }
    changeRole(each);
  }
}

/** MJML calls the whole an article that is an email; a page has its `main` for that. */
function changeRole(target: Element): void {
  if (attribute(target, 'aria-roledescription') === 'email') {
    for (const name of ['role', 'aria-label', 'aria-roledescription']) {
      setAttribute(target, name, undefined);
    }
  }
  // ARIA in HTML's newer word for the same.
  if (attribute(target, 'role') === 'presentation') setAttribute(target, 'role', 'none');
}

function isHarmless(address: string): boolean {
  // Browsers pass over white space and controls when they look for the scheme (URL Standard §4.4).
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(address.replace(/[\0-\x20]/g, ''))?.[1];
  if (scheme === undefined) return true;
  return /^(https?|mailto|tel|cid)$/i.test(scheme) || /^data:image\//i.test(address.trim());
}

function isMailOnly(target: Element): boolean {
  return MAIL_ONLY.test(attribute(target, 'class') ?? '');
}

function isPreheader(target: Element, preheader: string): boolean {
  if (!/display\s*:\s*none/i.test(attribute(target, 'style') ?? '')) return false;
  return preheader !== '' && foldSpace(textIn(target)).startsWith(foldSpace(preheader));
}
