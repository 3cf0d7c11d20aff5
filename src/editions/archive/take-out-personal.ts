import { PLACEHOLDERS } from '../edition.ts';
import {
  append,
  type ChildNode,
  type Element,
  elementsIn,
  isElement,
  nodesIn,
  remove,
  rename,
  setAttribute,
  type TextNode,
  textIn,
} from './html-tree.ts';

/** Any trace of a placeholder, even if a template encoded it. */
const TRACE = /slot-address|slot\.invalid/i;

const BLOCKS = new Set(
  'address article aside blockquote body center dd div dl dt figure footer h1 h2 h3 h4 h5 h6 header hr li main ol p pre section table tbody td th tr ul'.split(
    ' ',
  ),
);

/** In characters. Most of a longer paragraph is not about the subscriber. */
const LONGEST_PARAGRAPH = 600;

/** Where people can sign up, and the text of the link. */
export interface SignUpLink {
  readonly url: string;
  readonly text: string;
}

/**
 * Removes one subscriber's content from a mail's document. A paragraph with their address is
 * removed. A link that only they may follow becomes a link to `signUp`; without sign-up, it is
 * removed with its paragraph. No placeholder is left anywhere.
 */
export function takeOutPersonal(root: Element, signUp: SignUpLink | undefined): void {
  for (const node of nodesIn(root)) {
    if (isText(node) && node.value.includes(PLACEHOLDERS.address)) takeOutParagraph(node);
  }
  for (const each of elementsIn(root)) {
    // `<{{ subscriber.address }}>`: the parser treats an address in angle brackets as a tag.
    if (TRACE.test(each.tagName)) rename(each, 'span');
    const personal = each.attrs.filter(({ name, value }) => TRACE.test(`${name} ${value}`));
    for (const { name } of personal) setAttribute(each, name, undefined);
    if (each.tagName !== 'a' || !personal.some(({ name }) => name === 'href')) continue;
    each.childNodes = [];
    if (signUp === undefined) takeOutParagraph(each);
    else {
      setAttribute(each, 'href', signUp.url);
      append(each, [signUp.text]);
    }
  }
  // The remaining placeholders are among other text. Only they are removed.
  for (const node of nodesIn(root)) {
    // Word by word: one regex for the whole text would restart at each character of a long word.
    if (isText(node)) {
      node.value = node.value.replace(/\S+/g, (word) => (TRACE.test(word) ? '' : word));
    }
  }
}

function isText(node: ChildNode): node is TextNode {
  return node.nodeName === '#text';
}

function takeOutParagraph(node: ChildNode): void {
  const paragraph = paragraphOf(node);
  // A row keeps its cells, so the table keeps its columns.
  if (paragraph?.tagName === 'td' || paragraph?.tagName === 'th') paragraph.childNodes = [];
  else if (paragraph !== undefined) remove(paragraph);
}

/** The block that contains a text, if it has nothing else but a few lines of text. */
function paragraphOf(node: ChildNode): Element | undefined {
  let block = node.parentNode;
  while (block !== null && !(isElement(block) && BLOCKS.has(block.tagName))) {
    block = 'parentNode' in block ? block.parentNode : null;
  }
  if (block === null || !isElement(block) || block.tagName === 'body') return undefined;
  const holdsMore = elementsIn(block).some(
    ({ tagName }) => BLOCKS.has(tagName) || tagName === 'img',
  );
  return holdsMore || textIn(block).length > LONGEST_PARAGRAPH ? undefined : block;
}
