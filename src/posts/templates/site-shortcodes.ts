import type { Liquid, Template } from 'liquidjs';
import { reasonOf } from '../../kernel/errors.ts';
import type { Shortcode } from '../files/site-files.ts';
import type { ShortcodeArguments } from './shortcodes.ts';
import type { Warn } from './template-marks.ts';

/** One use of a shortcode or component in a post. */
export interface ShortcodeUse {
  readonly name: string;
  /** How a message shows it: `{{< note >}}`. */
  readonly label: string;
  readonly arguments: ShortcodeArguments;
  /** The text between it and its end, in Markdown. Undefined if it has no end. */
  readonly inner?: string;
  /** Line of the post's text. */
  readonly line: number;
}

/** Shows the shortcodes that have a template of the site, in one post. */
export interface SiteShortcodes {
  has(name: string): boolean;
  /** Returns the text that stands for a use until `show` replaces it. Markdown does not change it. */
  put(use: ShortcodeUse): string;
  /** Returns what the template makes of a use, on one line: an address. */
  now(use: ShortcodeUse): string;
  /** `html` with what the templates make of all uses. `toHtml` makes HTML of Markdown. */
  show(html: string, toHtml: (markdown: string) => string): string;
}

/** A loop of templates must end. No post uses as many. */
const MOST_USES = 2000;
const MOST_LEVELS = 20;

// Characters for private use, which no font of icons has taken.
const PLACE = /\u{10F0A0}(\d{1,6})\u{10F0A1}/gu;
const ONLY_PLACES = /<p>((?:\s*\u{10F0A0}\d{1,6}\u{10F0A1}\s*)+)<\/p>/gu;
const BLOCK =
  /^\s*<(?:address|article|aside|blockquote|details|div|dl|figure|footer|h[1-6]|header|hr|main|nav|ol|p|pre|section|table|ul)\b/i;

/**
 * Opens the templates of `shortcodes`, by name, for a post. They see `scope`, their arguments by name, the
 * others as `args`, and what is between a shortcode and its end as `inner` (HTML) and `source` (as written). A
 * template that fails shows nothing, and is reported to `warn` with its file and line.
 */
export function openSiteShortcodes(
  shortcodes: ReadonlyMap<string, Shortcode>,
  liquid: () => Liquid,
  scope: object,
  warn: Warn,
): SiteShortcodes {
  const uses: ShortcodeUse[] = [];
  const shown = new Map<number, string>();
  const templates = new Map<string, readonly Template[]>();
  let engine: Liquid | undefined;
  let level = 0;

  const render = (
    { name, label, arguments: { named, others }, line, inner }: ShortcodeUse,
    html: string,
  ) => {
    const shortcode = shortcodes.get(name);
    if (shortcode === undefined) return '';
    try {
      engine ??= liquid();
      const parsed = templates.get(name) ?? engine.parse(shortcode.text);
      templates.set(name, parsed);
      const values = { ...named, ...scope, args: [...others], inner: html, source: inner ?? '' };
      return String(engine.renderSync([...parsed], values)).trim();
    } catch (error) {
      const [reason = ''] = reasonOf(error).split(/, line:|\n/);
      const at = /, line:(\d+)/.exec(reasonOf(error))?.[1] ?? '1';
      warn(line, `${label} shows nothing: ${shortcode.file}:${at}  ${reason}; correct that file`);
      return '';
    }
  };

  const showUse = (at: number, toHtml: (markdown: string) => string): string => {
    const known = shown.get(at);
    const use = uses[at];
    if (known !== undefined || use === undefined) return known ?? '';
    if (level >= MOST_LEVELS) return '';
    level++;
    const { inner } = use;
    const html = inner === undefined ? '' : showAll(toHtml(withoutIndent(inner)), toHtml).trim();
    const result = render(use, inner?.includes('\n') ? html : withoutParagraph(html));
    level--;
    shown.set(at, result);
    return result;
  };

  const showAll = (html: string, toHtml: (markdown: string) => string): string =>
    html
      .replace(ONLY_PLACES, (paragraph, places: string) => {
        const made = places.replace(PLACE, (_place, at) => showUse(Number(at), toHtml));
        return BLOCK.test(made) ? made : paragraph;
      })
      .replace(PLACE, (_place, at) => showUse(Number(at), toHtml));

  return {
    has: (name) => shortcodes.has(name),
    put(use) {
      if (uses.length >= MOST_USES) {
        warn(
          use.line,
          `uses more than ${MOST_USES} shortcodes; the others are left out of the text`,
        );
        return '';
      }
      return `\u{10F0A0}${uses.push(use) - 1}\u{10F0A1}`;
    },
    now: (use) => render(use, use.inner ?? '').replace(/\s*\n\s*/g, ''),
    show: (html, toHtml) => (uses.length === 0 ? html : showAll(html, toHtml)),
  };
}

/** The HTML of one paragraph without its tags. */
function withoutParagraph(html: string): string {
  return /^<p>((?:(?!<\/?p\b)[\s\S])*)<\/p>$/.exec(html)?.[1] ?? html;
}

/** Lines without the white space that all of them begin with. */
function withoutIndent(text: string): string {
  const lines = text
    .replace(/^[ \t]*\n/, '')
    .trimEnd()
    .split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const common = Math.min(...indents, 80);
  return common === 0 ? lines.join('\n') : lines.map((line) => line.slice(common)).join('\n');
}
