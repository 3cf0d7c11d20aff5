/** The parts of a digest's HTML that its page in the archive needs. */
export interface PageParts {
  /** Its style sheets as one, in a cascade layer. */
  readonly css: string;
  /** The attributes of its `body`, as written: empty, or with a space before each. */
  readonly attributes: string;
  /** The content of its `body`, without comments. */
  readonly content: string;
  /** The colour schemes that its head declares. */
  readonly colorScheme?: string | undefined;
  /** The URL of its first large picture at https, escaped for HTML. */
  readonly picture?: string | undefined;
}

/** Smaller pictures in mails are lines, gaps and portraits. */
const LEAST_PICTURE_PIXELS = 200;

/** Any trace of a placeholder (`PLACEHOLDERS`), even if a template encoded it. */
const PERSONAL = /slot-address|slot\.invalid/i;

/** A tag that starts or ends a line of text, or a picture. */
const LINE_TAG =
  /<\/?(?:address|article|aside|blockquote|br|center|dd|div|dl|dt|figure|footer|h[1-6]|header|hr|img|li|main|ol|p|pre|section|table|tbody|td|th|tr|ul)(?![\w-])/;
const LINE_STARTS = new RegExp(`(?=${LINE_TAG.source})`, 'i');
const WHOLE_TAG = new RegExp(`^(${LINE_TAG.source})(?:"[^"]*"|'[^']*'|[^'">])*>`, 'i');

/**
 * Takes a digest's HTML, as MJML writes it, apart for a page. If it has placeholders, each line of
 * text with one is left out: editions that were composed before version 13 have only the HTML of
 * the mail, and a publisher's template may not know `is_web`.
 */
export function pageParts(html: string): PageParts {
  const sheets: string[] = [];
  // Comments first: those for Outlook contain style sheets and tables.
  const document = html
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<style\b([^>]*)>([\s\S]*?)<\/style>/gi, (_, attributes: string, css: string) => {
      sheets.push(inLayer(css, attributes));
      return '';
    });
  const [, attributes = '', body = document] =
    /<body\b([^>]*)>([\s\S]*?)(?:<\/body>|$)/i.exec(document) ?? [];
  const content = withoutPersonalLines(body).replace(
    // MJML marks a mail as an article for screen readers. The page has its `main` for that.
    /\saria-label="[^"]*" aria-roledescription="email" role="article"/,
    '',
  );
  return {
    css: sheets.map(withoutPersonalWords).join('\n'),
    attributes: PERSONAL.test(attributes) ? '' : attributes,
    content: content.trim(),
    colorScheme: /<meta name="color-scheme" content="([a-z ]+)">/.exec(document)?.[1],
    picture: pictureIn(content),
  };
}

/** In a layer, the rules of the mail do not reach the parts around it (CSS Cascading 5 §6.4). */
function inLayer(css: string, attributes: string): string {
  const [, media = 'all'] = /\bmedia="([\w\s():,.-]+)"/.exec(attributes) ?? [];
  return `@media ${media} {\n@layer mail {\n${css.trim()}\n}\n}`;
}

function withoutPersonalLines(html: string): string {
  if (!PERSONAL.test(html)) return html;
  const lines = html.split(LINE_STARTS).map((line) => {
    if (!PERSONAL.test(line)) return line;
    const [tag = '', start = ''] = WHOLE_TAG.exec(line) ?? [];
    // A personal tag itself stays without its attributes: the document keeps its structure.
    return PERSONAL.test(tag) ? `${start}>` : tag;
  });
  return lines.join('');
}

/** Word by word: one expression for the whole text would restart at each character of a long word. */
function withoutPersonalWords(text: string): string {
  return text.replace(/\S+/g, (word) => (PERSONAL.test(word) ? '' : word));
}

function pictureIn(content: string): string | undefined {
  for (const [tag] of content.matchAll(/<img\b[^>]*>/gi)) {
    const source = /\ssrc="(https:[^"]*)"/.exec(tag)?.[1];
    const width = /\swidth="(\d+)"/.exec(tag)?.[1] ?? LEAST_PICTURE_PIXELS;
    if (source !== undefined && Number(width) >= LEAST_PICTURE_PIXELS) return source;
  }
  return undefined;
}
