import { type DefaultTreeAdapterTypes, html } from 'parse5';

export type Element = DefaultTreeAdapterTypes.Element;
export type ParentNode = DefaultTreeAdapterTypes.ParentNode;
export type TextNode = DefaultTreeAdapterTypes.TextNode;
export type ChildNode = DefaultTreeAdapterTypes.ChildNode;

/** Creates an element. Leaves out undefined attributes; strings become text nodes. */
export function element(
  tagName: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  children: readonly (ChildNode | string)[] = [],
): Element {
  const made: Element = {
    nodeName: tagName,
    tagName,
    attrs: Object.entries(attributes).flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value }],
    ),
    namespaceURI: html.NS.HTML,
    parentNode: null,
    childNodes: [],
  };
  append(made, children);
  return made;
}

/** Moves `children` to the end of `parent`. */
export function append(parent: ParentNode, children: readonly (ChildNode | string)[]): void {
  for (const child of children) {
    const node: ChildNode =
      typeof child === 'string' ? { nodeName: '#text', value: child, parentNode: null } : child;
    remove(node);
    node.parentNode = parent;
    parent.childNodes.push(node);
  }
}

/** Removes a node from its tree. */
export function remove(node: ChildNode): void {
  const { parentNode } = node;
  if (parentNode === null) return;
  parentNode.childNodes = parentNode.childNodes.filter((child) => child !== node);
  node.parentNode = null;
}

/** Changes the name of an element. */
export function rename(target: Element, tagName: string): void {
  target.nodeName = tagName;
  target.tagName = tagName;
}

export function isElement(node: ChildNode | ParentNode): node is Element {
  return 'tagName' in node;
}

/** A snapshot of every node below `root`, in document order. */
export function nodesIn(root: ParentNode): ChildNode[] {
  const nodes: ChildNode[] = [];
  const collect = (parent: ParentNode) => {
    for (const child of parent.childNodes) {
      nodes.push(child);
      if ('childNodes' in child) collect(child);
    }
  };
  collect(root);
  return nodes;
}

/** A snapshot of every element below `root`, in document order. */
export function elementsIn(root: ParentNode): Element[] {
  return nodesIn(root).filter(isElement);
}

/** The first element of that name below `root`. */
export function find(root: ParentNode, tagName: string): Element | undefined {
  return elementsIn(root).find((each) => each.tagName === tagName);
}

/** All text in a node. */
export function textIn(node: ChildNode): string {
  if (node.nodeName === '#text' && 'value' in node) return node.value;
  return 'childNodes' in node ? node.childNodes.map(textIn).join('') : '';
}

export function attribute({ attrs }: Element, name: string): string | undefined {
  return attrs.find((each) => each.name === name)?.value;
}

/** Sets an attribute, or removes it if the value is undefined. */
export function setAttribute(target: Element, name: string, value: string | undefined): void {
  const known = target.attrs.find((each) => each.name === name);
  if (value === undefined) target.attrs = target.attrs.filter((each) => each.name !== name);
  else if (known === undefined) target.attrs.push({ name, value });
  else known.value = value;
}
