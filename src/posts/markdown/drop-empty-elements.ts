/** Elements that fill a paragraph without any text. */
const MEDIA = new Set(['img', 'audio', 'video', 'picture', 'iframe']);

const HAS_SOURCE = / (?:src|srcset)="[^"]/;
const HAS_ADDRESS = / (?:href|id)="[^"]/;

const TAG = /<(\/?)([a-z][a-z0-9]*)([^<>]*)>/g;

/** An open element that may still be dropped. */
interface OpenElement {
  readonly name: string;
  /** Index of its start tag among the pieces, present or not. */
  readonly at: number;
  readonly isKept: boolean;
  isFilled: boolean;
}

/**
 * `html`, as `sanitizeHtml` made it, without empty elements: pictures and frames without a source,
 * paragraphs that held only a script or a template tag. A link without an address keeps its text.
 * (The library's own filter copies everything before a dropped element, so it takes quadratic
 * time.)
 */
export function dropEmptyElements(html: string): string {
  const pieces: string[] = [];
  const open: OpenElement[] = [];
  let done = 0;
  const addText = (text: string) => {
    if (text === '') return;
    pieces.push(text);
    if (text.trim() !== '') fill(open);
  };
  for (const { index, 0: tag, 1: slash, 2: name = '', 3: attributes = '' } of html.matchAll(TAG)) {
    addText(html.slice(done, index));
    done = index + tag.length;
    if (slash !== '') close(name, tag, pieces, open);
    else if (name === 'img') {
      if (HAS_SOURCE.test(attributes)) addMedia(tag, pieces, open);
    } else if (name === 'a' || name === 'p' || name === 'iframe') {
      const isKept = name !== 'a' || HAS_ADDRESS.test(attributes);
      open.push({ name, at: pieces.length, isKept, isFilled: false });
      if (name === 'iframe' && HAS_SOURCE.test(attributes)) addMedia(tag, pieces, open);
      else if (isKept) pieces.push(tag);
    } else if (MEDIA.has(name)) addMedia(tag, pieces, open);
    else pieces.push(tag);
  }
  addText(html.slice(done));
  return pieces.join('');
}

function close(name: string, tag: string, pieces: string[], open: OpenElement[]): void {
  const element = open.at(-1);
  if (element?.name !== name) {
    pieces.push(tag);
    return;
  }
  open.pop();
  if (element.isFilled) fill(open);
  if (name !== 'a' && !element.isFilled) pieces.length = element.at;
  else if (element.isKept) pieces.push(tag);
}

function addMedia(tag: string, pieces: string[], open: readonly OpenElement[]): void {
  pieces.push(tag);
  fill(open);
}

/** The content of an element fills its parents when the element closes. */
function fill(open: readonly OpenElement[]): void {
  const last = open.at(-1);
  if (last !== undefined) last.isFilled = true;
}
