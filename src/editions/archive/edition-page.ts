import { createHash } from 'node:crypto';
import { parse, serialize } from 'parse5';
import { textDirection } from '../../kernel/text-direction.ts';
import { editionHead } from './edition-head.ts';
import { EDITION_PAGE_CSS } from './edition-page-css.ts';
import type { EditionPageInput } from './edition-page-input.ts';
import { moreStories, pageFoot, pageTop, signUpLink } from './edition-surroundings.ts';
import { append, attribute, type Element, element, elementsIn, find } from './html-tree.ts';
import { takeStyles } from './style-sheet.ts';
import { takeOutActive } from './take-out-active.ts';
import { takeOutPersonal } from './take-out-personal.ts';

/** Increase this when the edition pages change without a change in editions and settings. */
export const EDITION_PAGE_REVISION = 1;

/** A page and its style sheet. */
export interface EditionPage {
  readonly html: string;
  readonly css: string;
  /** Path of the style sheet in the archive folder. Its name changes with its content. */
  readonly cssPath: string;
}

/**
 * Renders the web page of an edition: the mail without one subscriber's content, with the stories
 * that had no room in the mail, and with links to the site. It needs no script and no inline style.
 * Its `main` replaces the body of the mail, so the mail's own rules still apply.
 */
export function renderEditionPage(input: EditionPageInput): EditionPage {
  const { edition, newsletter } = input;
  const document = parse(edition.html);
  // parse5 always creates both (HTML §13.2.6.4).
  const root = find(document, 'html') ?? element('html');
  const mail = find(document, 'body') ?? element('body');
  const scheme = colorScheme(root);
  takeOutPersonal(root, signUpLink(input));
  takeOutActive(root, edition.preheader);
  const css = takeStyles(root) + EDITION_PAGE_CSS;
  const main = element('main', {}, mail.childNodes);
  main.attrs = mail.attrs;
  append(main, moreStories(input));
  const cssPath = `styles/${createHash('sha256').update(css).digest('hex').slice(0, 12)}.css`;
  const picture = elementsIn(main).find(isPicture);
  const head = editionHead(input, {
    stylesheet: `../${cssPath}`,
    ...(scheme === undefined ? {} : { colorScheme: scheme }),
    ...(picture && { picture: attribute(picture, 'src') ?? '' }),
  });
  const body = element('body', { class: 'archived' }, [pageTop(input), main, pageFoot(input)]);
  const lang = attribute(root, 'lang') ?? newsletter.language;
  const dir = attribute(root, 'dir') ?? textDirection(lang);
  const page = element('html', { lang, dir, class: attribute(root, 'class') }, [head, '\n', body]);
  const html = serialize({ nodeName: '#document-fragment', childNodes: [page] });
  return { html: `<!DOCTYPE html>\n${html}\n`, css, cssPath };
}

/** The palettes that the mail's head declares. */
function colorScheme(root: Element): string | undefined {
  const metas = find(root, 'head')?.childNodes.filter((node) => 'tagName' in node) ?? [];
  const meta = metas.find((each) => attribute(each, 'name') === 'color-scheme');
  return meta === undefined ? undefined : attribute(meta, 'content');
}

/**
 * Whether a picture can represent the edition elsewhere. Some pictures in mails are only lines and
 * gaps.
 */
function isPicture(target: Element): boolean {
  const width = Number(attribute(target, 'width') ?? LEAST_WIDTH_PIXELS);
  const source = attribute(target, 'src') ?? '';
  return target.tagName === 'img' && source.startsWith('https:') && width >= LEAST_WIDTH_PIXELS;
}

const LEAST_WIDTH_PIXELS = 200;
