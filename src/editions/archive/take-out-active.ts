import { foldSpace } from '../../kernel/clean-text.ts';
import { attribute, type Element, elementsIn, remove, setAttribute, textIn } from './html-tree.ts';

/** Class of template content for the mail only. */
const MAIL_ONLY = /(^|\s)mail-only(\s|$)/;

/**
 * Elements that no mail program shows or runs, that reach beyond the mail, or that browsers parse
 * again in another way (foreign content, raw text).
 */
const ACTIVE = new Set(
  'script noscript iframe frame frameset object embed applet base link meta title template form input button select textarea dialog svg math xmp plaintext listing noembed noframes'.split(
    ' ',
  ),
);

/**
 * An address that is code, including the white space and controls that browsers ignore (URL
 * Standard §4.4).
 */
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
 * Removes from a mail's document what mail programs also remove: scripts, frames, forms, event
 * handlers, addresses that run code. Also removes comments, which are for Outlook, the preheader,
 * which inboxes show beside the subject, and everything that the template marks as mail only.
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

/** MJML marks the whole mail as an article of type email. A page has its `main` for that. */
function changeRole(target: Element): void {
  if (attribute(target, 'aria-roledescription') === 'email') {
    for (const name of ['role', 'aria-label', 'aria-roledescription']) {
      setAttribute(target, name, undefined);
    }
  }
  // `none` is HTML's newer word for the same role.
  if (attribute(target, 'role') === 'presentation') setAttribute(target, 'role', 'none');
}

function isHarmless(address: string): boolean {
  // Browsers ignore white space and controls when they parse the scheme (URL Standard §4.4).
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
