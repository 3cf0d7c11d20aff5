import type { Tag, Transformer } from 'sanitize-html';
import { absoluteUrl } from './absolute-url.ts';

/** What the sanitiser may know besides the HTML. */
export interface ShownInstead {
  /** Takes what is not shown, as a fact. */
  readonly note?: (fact: string) => void;
  /** The address of the page that a link to a file means; undefined if the link stays. */
  readonly linkTo?: (address: string) => string | undefined;
  /** The address of the file that a picture's address means; undefined if that stays. */
  readonly pictureAt?: (address: string) => string | undefined;
}

type Attributes = Record<string, string>;

/** Where scripts for late loading keep the address of a picture. */
const LAZY_SOURCES = ['data-src', 'data-lazy-src', 'data-original'];
const HIDDEN = /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)/i;

/**
 * What is shown in place of elements that no feed can keep: a link for a frame, the alternative text for a
 * picture without an address. `note` is told of what shows nothing.
 */
export function showInstead(
  base: string,
  iframesFrom: readonly string[],
  note: (fact: string) => void,
): {
  readonly elements: Readonly<Record<string, Transformer>>;
  readonly isHidden: (attributes: Attributes) => boolean;
} {
  const link = (address: string | undefined, title: string | undefined): Tag => {
    const url = address === undefined ? undefined : absoluteUrl(pageOf(address), base, 'fetched');
    if (url === undefined) return { tagName: 'span', attribs: {}, text: title ?? '' };
    const text = title?.trim() || hostOf(url);
    return { tagName: 'a', attribs: { href: url }, text };
  };
  const dropped =
    (what: string): Transformer =>
    (tagName, attribs) => {
      note(`${what} is left out of the text`);
      return { tagName, attribs };
    };
  let lastLazy: string | undefined;
  const video: Transformer = (_name, { videoid, playlabel, title }) =>
    link(`https://www.youtube.com/watch?v=${videoid ?? ''}`, playlabel ?? title);
  return {
    isHidden(attributes) {
      const isHidden = attributes.hidden !== undefined || HIDDEN.test(attributes.style ?? '');
      if (isHidden) note('text that the site hides is left out');
      return isHidden;
    },
    elements: {
      iframe(tagName, attribs) {
        const source = attribs.src || attribs['data-src'];
        const url = source === undefined ? undefined : absoluteUrl(source, base, 'fetched');
        if (url !== undefined && iframesFrom.includes(new URL(url).hostname)) {
          return { tagName, attribs: { ...attribs, src: url } };
        }
        note('a frame (<iframe>) is shown as a link');
        return link(source, attribs.title);
      },
      embed: (_name, { src, title }) => link(src, title),
      'lite-youtube': video,
      'lite-vimeo': (_name, { videoid, playlabel }) =>
        link(`https://vimeo.com/${videoid ?? ''}`, playlabel),
      img(tagName, attribs) {
        const lazy = LAZY_SOURCES.map((name) => attribs[name]).find(Boolean);
        // The same picture follows for readers without scripts.
        if (lazy === undefined && attribs.src !== undefined && attribs.src === lastLazy) {
          return { tagName, attribs: {} };
        }
        lastLazy = lazy;
        if (lazy !== undefined) attribs.src = lazy;
        if (attribs['data-srcset']) attribs.srcset = attribs['data-srcset'];
        const isShown =
          attribs.srcset || absoluteUrl(attribs.src ?? '', base, 'fetched') !== undefined;
        // One with neither address nor text is dropped later.
        if (isShown || !attribs.alt) return { tagName, attribs };
        if (attribs.src) note('a picture without a web address is shown as its text');
        return { tagName: 'span', attribs: {}, text: attribs.alt };
      },
      svg(tagName, attribs) {
        note('a drawing (<svg>) is shown as its text');
        return { tagName, attribs };
      },
      button: dropped('a <button>'),
      textarea: dropped('a <textarea>'),
      select: dropped('a <select>'),
    },
  };
}

/** The page of a video whose player is at `address`. */
function pageOf(address: string): string {
  return address
    .replace(
      /^(?:https?:)?\/\/(?:www\.)?youtube(?:-nocookie)?\.com\/embed\/([\w-]+).*$/,
      'https://www.youtube.com/watch?v=$1',
    )
    .replace(/^(?:https?:)?\/\/player\.vimeo\.com\/video\/(\d+).*$/, 'https://vimeo.com/$1');
}

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^www\./, '');
}
