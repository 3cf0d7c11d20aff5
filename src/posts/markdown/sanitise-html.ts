import sanitizeHtml from 'sanitize-html';
import { cleanText } from '../../kernel/clean-text.ts';
import { absoluteSrcset, absoluteUrl, mapSrcset } from './absolute-url.ts';
import { type ShownInstead, showInstead } from './shown-instead.ts';

/** Elements that structure text. No scripts, styles, forms or embedded documents. */
const ELEMENTS = (
  'a abbr address article aside audio b bdi bdo blockquote br caption cite code col colgroup dd ' +
  'del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins ' +
  'kbd li main mark nav ol p picture pre q rp rt ruby s samp section small source span strike ' +
  'strong sub summary sup table tbody td tfoot th thead time tr track tt u ul var video wbr'
).split(' ');

/** Elements removed together with their content. Other removed elements leave their text. */
const DROPPED_WHOLE = (
  'script style textarea option xmp select button template applet metadata defs annotation ' +
  'annotation-xml'
).split(' ');

/** HTML §13.1.2: these have no end tag. */
const VOID_ELEMENTS = 'area base br col embed hr img input link meta source track wbr'.split(' ');

const ATTRIBUTES = {
  '*': ['id', 'lang', 'dir', 'title'],
  a: ['href', 'hreflang', 'rel', 'type'],
  audio: ['src', 'controls', 'preload'],
  blockquote: ['cite'],
  code: ['class'],
  col: ['span'],
  colgroup: ['span'],
  del: ['cite', 'datetime'],
  details: ['open'],
  iframe: ['src', 'width', 'height', 'allowfullscreen'],
  img: ['src', 'srcset', 'sizes', 'alt', 'width', 'height', 'loading'],
  ins: ['cite', 'datetime'],
  li: ['value'],
  ol: ['start', 'reversed', 'type'],
  q: ['cite'],
  source: ['src', 'srcset', 'sizes', 'type', 'media', 'width', 'height'],
  td: ['align', 'colspan', 'rowspan'],
  th: ['align', 'colspan', 'rowspan', 'scope'],
  time: ['datetime'],
  track: ['src', 'kind', 'srclang', 'label', 'default'],
  video: ['src', 'poster', 'controls', 'preload', 'width', 'height'],
};

/** Attributes that hold one address, by their use. */
const ADDRESSES: Readonly<Record<string, 'link' | 'fetched'>> = {
  href: 'link',
  cite: 'link',
  src: 'fetched',
  poster: 'fetched',
};

type Attributes = Record<string, string>;

/**
 * Sanitises the HTML of a post whose page is at `base`. Keeps only elements and attributes that carry
 * content, and characters that XML 1.0 allows. Every address becomes absolute and harmless. `class`
 * stays only for the language of code, iframes only if their host is in `iframesFrom`. Throws a
 * RangeError if the HTML is too much for any reader (`tooMuchHtml`).
 */
export function sanitiseHtml(
  html: string,
  base: string,
  iframesFrom: readonly string[],
  { note = () => {}, linkTo = () => undefined, pictureAt = () => undefined }: ShownInstead = {},
): string {
  const show = showInstead(base, iframesFrom, note);
  let drawings = 0;
  const clean = sanitizeHtml(refuseTooMuch(html), {
    allowedTags: [...ELEMENTS, HIDDEN, ...(iframesFrom.length === 0 ? [] : ['iframe'])],
    allowedAttributes: ATTRIBUTES,
    allowedClasses: { code: ['language-*'] },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowProtocolRelative: false,
    allowedIframeHostnames: [...iframesFrom],
    allowIframeRelativeUrls: false,
    nonTextTags: DROPPED_WHOLE,
    selfClosing: VOID_ELEMENTS,
    nestingLimit: 100,
    // The title of a drawing is its text; the title of a page is not.
    onOpenTag: (name) => void (name === 'svg' && drawings++),
    onCloseTag: (name) => void (name === 'svg' && drawings--),
    textFilter: (text, name) => (name === 'title' && drawings === 0 ? '' : text),
    transformTags: {
      ...show.elements,
      '*': (tagName, attributes) => {
        if (attributes.href !== undefined) {
          attributes.href = linkTo(attributes.href) ?? attributes.href;
        }
        const name = show.isHidden(attributes) ? HIDDEN : tagName;
        placePictures(name, attributes, pictureAt);
        return { tagName: name, attribs: withAbsolute(name, attributes, base) };
      },
    },
  });
  return refuseTooMuch(cleanText(dropEmptyElements(clean)).trim());
}

/** Sounds and films have no file here: `src` of a `source` may be one. */
function placePictures(
  tag: string,
  attributes: Attributes,
  pictureAt: NonNullable<ShownInstead['pictureAt']>,
): void {
  const { src, srcset, poster } = attributes;
  if (src !== undefined && tag === 'img') attributes.src = pictureAt(src.trim()) ?? src;
  if (srcset !== undefined) attributes.srcset = mapSrcset(srcset, pictureAt);
  if (poster !== undefined) attributes.poster = pictureAt(poster.trim()) ?? poster;
}

function withAbsolute(tag: string, attributes: Attributes, base: string): Attributes {
  for (const [name, value] of Object.entries(attributes)) {
    const use = ADDRESSES[name];
    if (use !== undefined) replaceOrDrop(attributes, name, absoluteUrl(value, base, use));
    else if (name === 'srcset') replaceOrDrop(attributes, name, absoluteSrcset(value, base));
    else if (name === 'style' && /^t[dh]$/.test(tag)) alignAsAttribute(attributes, value);
    else if (name === 'name' && tag === 'a') attributes.id ??= value;
  }
  return attributes;
}

function replaceOrDrop(attributes: Attributes, name: string, value: string | undefined): void {
  if (value === undefined) delete attributes[name];
  else attributes[name] = value;
}

/** Markdown aligns table cells with a style. Feeds keep no styles. */
function alignAsAttribute(attributes: Attributes, style: string): void {
  const align = /^\s*text-align:\s*(left|right|center)\s*;?\s*$/.exec(style)?.[1];
  if (align !== undefined) attributes.align = align;
}

/** The name of an element that the site hides, until it is dropped with its content. */
const HIDDEN = 'hiddentext';

/** Elements that fill a paragraph without any text. A frame fills itself. */
const MEDIA = new Set(['img', 'audio', 'video', 'picture']);

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
  const add = (piece: string, isContent: boolean) => {
    pieces.push(piece);
    const last = open.at(-1);
    if (last !== undefined && isContent) last.isFilled = true;
  };
  for (const { index, 0: tag, 1: slash, 2: name = '', 3: attributes = '' } of html.matchAll(TAG)) {
    const text = html.slice(done, index);
    add(text, text.trim() !== '');
    done = index + tag.length;
    const element = open.at(-1);
    if (slash !== '' && element?.name === name) {
      open.pop();
      const isDropped = name === HIDDEN || (name !== 'a' && !element.isFilled);
      if (isDropped) pieces.length = element.at;
      // The content of an element fills its parents when the element closes.
      add(!isDropped && element.isKept ? tag : '', element.isFilled && name !== HIDDEN);
    } else if (
      slash === '' &&
      (name === 'a' || name === 'p' || name === 'iframe' || name === HIDDEN)
    ) {
      const isKept = name !== 'a' || HAS_ADDRESS.test(attributes);
      open.push({ name, at: pieces.length, isKept, isFilled: false });
      if (isKept) add(tag, name === 'iframe' && HAS_SOURCE.test(attributes));
    } else if (slash !== '' || name !== 'img' || HAS_SOURCE.test(attributes)) {
      add(tag, slash === '' && MEDIA.has(name));
    }
  }
  return pieces.join('') + html.slice(done);
}

/** The sanitiser's parser takes quadratic time in the number of open elements. */
const MOST_OPEN_ELEMENTS = 20_000;
/** XML parsers and all feed readers fail somewhere above this. */
const LONGEST_HTML = 8_000_000;

function refuseTooMuch(html: string): string {
  const reason = tooMuchHtml(html);
  if (reason !== undefined) throw new RangeError(reason);
  return html;
}

/**
 * Why `html` is too much to sanitise and put into a feed in reasonable time and memory: too many
 * elements are open at once, or it is too long. Undefined if it is within the limits. Takes linear
 * time.
 */
export function tooMuchHtml(html: string): string | undefined {
  if (html.length > LONGEST_HTML) {
    return `makes more than ${LONGEST_HTML / 1e6} MB of HTML; shorten it`;
  }
  if (openElements(html) > MOST_OPEN_ELEMENTS) {
    return `leaves more than ${MOST_OPEN_ELEMENTS} HTML elements open; close them, or nest fewer`;
  }
  return undefined;
}

/** The highest number of elements that are open at once. */
function openElements(html: string): number {
  // `<b>` is the shortest tag.
  if (html.length < MOST_OPEN_ELEMENTS * 3) return 0;
  const open = new Map<string, number>();
  let count = 0;
  let most = 0;
  for (const [, slash, tag = ''] of html.matchAll(/<(\/?)([a-z][^\s/>]*)/gi)) {
    const name = tag.toLowerCase();
    const opened = open.get(name) ?? 0;
    if (VOID_ELEMENTS.includes(name) || (slash === '/' && opened === 0)) continue;
    const step = slash === '/' ? -1 : 1;
    open.set(name, opened + step);
    count += step;
    most = Math.max(most, count);
  }
  return most;
}
