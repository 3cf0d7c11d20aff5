import sanitizeHtml from 'sanitize-html';
import { cleanText } from '../../kernel/clean-text.ts';
import { absoluteSrcset, absoluteUrl } from './absolute-url.ts';
import { dropEmptyElements } from './drop-empty-elements.ts';

/** Elements that structure text. No scripts, styles, forms or embedded documents. */
const ELEMENTS = (
  'a abbr address article aside audio b bdi bdo blockquote br caption cite code col colgroup dd ' +
  'del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins ' +
  'kbd li main mark nav ol p picture pre q rp rt ruby s samp section small source span strike ' +
  'strong sub summary sup table tbody td tfoot th thead time tr track tt u ul var video wbr'
).split(' ');

/** Elements removed together with their content. Other removed elements leave their text. */
const DROPPED_WHOLE =
  'script style textarea option xmp select button svg math template title object applet'.split(' ');

/** HTML §13.1.2: these have no end tag. */
const VOID_ELEMENTS = ['br', 'col', 'hr', 'img', 'source', 'track', 'wbr'];

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
 * Returns a function that sanitises the HTML of a post whose page is at `base`. It keeps only
 * elements and attributes that carry content, and characters that XML 1.0 allows. Every address
 * becomes absolute and harmless. `class` stays only for the language of code, iframes only if their
 * host is in `iframesFrom`.
 */
export function sanitiser(iframesFrom: readonly string[]): (html: string, base: string) => string {
  let base = '';
  const options: sanitizeHtml.IOptions = {
    allowedTags: iframesFrom.length === 0 ? ELEMENTS : [...ELEMENTS, 'iframe'],
    allowedAttributes: ATTRIBUTES,
    allowedClasses: { code: ['language-*'] },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowProtocolRelative: false,
    allowedIframeHostnames: [...iframesFrom],
    allowIframeRelativeUrls: false,
    nonTextTags: DROPPED_WHOLE,
    selfClosing: VOID_ELEMENTS,
    nestingLimit: 100,
    transformTags: {
      '*': (tagName, attributes) => ({ tagName, attribs: withAbsolute(tagName, attributes, base) }),
    },
  };
  return (html, pageUrl) => {
    base = pageUrl;
    return cleanText(dropEmptyElements(sanitizeHtml(html, options))).trim();
  };
}

function withAbsolute(tag: string, attributes: Attributes, base: string): Attributes {
  for (const [name, value] of Object.entries(attributes)) {
    const use = ADDRESSES[name];
    if (use !== undefined) replaceOrDrop(attributes, name, absoluteUrl(value, base, use));
    else if (name === 'srcset') replaceOrDrop(attributes, name, absoluteSrcset(value, base));
    else if (name === 'style' && (tag === 'td' || tag === 'th'))
      alignAsAttribute(attributes, value);
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
