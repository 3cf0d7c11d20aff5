import {
  DOMParser,
  type Document,
  type Element,
  onWarningStopParsing,
  XMLSerializer,
} from '@xmldom/xmldom';

/** Namespace prefixes of the feeds, in the form that feed validators know. */
const NAMESPACES: Readonly<Record<string, string>> = {
  atom: 'http://www.w3.org/2005/Atom',
  content: 'http://purl.org/rss/1.0/modules/content/',
  dc: 'http://purl.org/dc/elements/1.1/',
  fh: 'http://purl.org/syndication/history/1.0',
  media: 'http://search.yahoo.com/mrss/',
  xml: 'http://www.w3.org/XML/1998/namespace',
};

/** Throws an Error if `text` is not well-formed, or if the parser warns. */
export function parseXml(text: string): Document {
  return new DOMParser({ onError: onWarningStopParsing }).parseFromString(text, 'text/xml');
}

/** The root element of a parsed document. */
export function rootOf(document: Document): Element {
  if (document.documentElement === null) throw new Error('the document has no element');
  return document.documentElement;
}

/** The child elements of `parent` called `name`, including the prefix. */
export function childrenNamed(parent: Element, name: string): Element[] {
  const found: Element[] = [];
  for (let node = parent.firstChild; node !== null; node = node.nextSibling) {
    if (node.nodeName === name) found.push(node as Element);
  }
  return found;
}

/** The first child element of `parent` called `name`. Throws if there is none. */
export function childNamed(parent: Element, name: string): Element {
  const [child] = childrenNamed(parent, name);
  if (child === undefined) throw new Error(`<${parent.nodeName}> has no <${name}>`);
  return child;
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Sets attributes. Leaves out undefined values. */
export function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttributeNS(namespaceOf(name), name, String(value));
  }
}

/** Declares a prefix on the root, even if nothing uses it. */
export function declarePrefix(root: Element, prefix: string): void {
  root.setAttributeNS('http://www.w3.org/2000/xmlns/', `xmlns:${prefix}`, NAMESPACES[prefix] ?? '');
}

/**
 * Adds the element `name` to `parent` on its own line, in the library's layout: in front of `before`,
 * or at the end. `content` is its text.
 */
export function addChild(
  parent: Element,
  name: string,
  addition: {
    readonly content?: string;
    readonly attributes?: Attributes;
    readonly before?: Element;
  },
): void {
  const document = parent.ownerDocument;
  if (document === null) throw new Error(`<${parent.nodeName}> is in no document`);
  const { content = '', attributes = {}, before } = addition;
  const child = document.createElementNS(namespaceOf(name) ?? parent.namespaceURI, name);
  setAttributes(child, attributes);
  child.textContent = content;
  const { firstChild, lastChild } = parent;
  const isText = firstChild?.nodeType === child.TEXT_NODE;
  const indent = document.createTextNode((isText && firstChild.nodeValue) || '');
  const end = lastChild?.nodeType === child.TEXT_NODE ? lastChild : null;
  for (const node of before === undefined ? [indent, child] : [child, indent]) {
    parent.insertBefore(node, before ?? end);
  }
}

/** Null for a name without a prefix. */
function namespaceOf(name: string): string | null {
  return NAMESPACES[/^(\w+):/.exec(name)?.[1] ?? ''] ?? null;
}

/**
 * Stand for `&` and `<` of text for people until the document is written. `cleanText` has removed all
 * noncharacters of Unicode from texts, so these two do not occur otherwise.
 */
const [AMPERSAND, LESS_THAN] = ['\u{FDD0}', '\u{FDD1}'];

/**
 * Spells text for people: `writeXml` writes its `&` and `<` as hexadecimal references. Feed readers agree
 * only on that form in titles (RSS Best Practices Profile, *character data*), and validators do not
 * mistake it for markup. All else, above all addresses, has `&amp;`, because some readers know only
 * that form there. XML treats both forms as equal.
 */
export function text(value: string): string {
  return value.replaceAll('&', AMPERSAND).replaceAll('<', LESS_THAN);
}

/** The document's text, with its style sheet. */
export function writeXml(document: Document, stylesheet: string): string {
  const written = new XMLSerializer().serializeToString(rootOf(document));
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<?xml-stylesheet type="text/css" href="${stylesheet}"?>`,
    `${written.replaceAll(AMPERSAND, '&#x26;').replaceAll(LESS_THAN, '&#x3C;')}\n`,
  ].join('\n');
}
