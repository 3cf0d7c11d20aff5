import type { MarkdownIt, Token } from 'markdown-it';

/** What straight quotes, dashes and dots become. */
export interface Typography {
  /** Opening and closing double quote, opening and closing single quote. Absent: they stay straight. */
  readonly quotes?: readonly [string, string, string, string];
  /** What `--` and `---` become. */
  readonly dashes: readonly [two: string, three: string];
  /** What `...` becomes. */
  readonly dots: string;
  /** What `<<` and `>>` become. Absent: they stay. */
  readonly angles?: readonly [opening: string, closing: string];
}

/** What most programs make of them. */
export const USUAL_TYPOGRAPHY: Typography = {
  quotes: ['“', '”', '‘', '’'],
  dashes: ['–', '—'],
  dots: '…',
};

/** Of John Gruber's SmartyPants: two hyphens are the long dash. */
export const SMARTYPANTS: Typography = { ...USUAL_TYPOGRAPHY, dashes: ['—', '---'] };

/** Elements of HTML whose text is code. */
const CODE = /^<(\/?)(?:code|kbd|math|pre|samp|script|style|tt)\b/i;

/** Typographic quotes, dashes and dots, but not in code, formulas, addresses and what is escaped. */
export function typographyPlugin(md: MarkdownIt, { quotes, dashes, dots, angles }: Typography) {
  md.set({ typographer: true, quotes: [...(quotes ?? [])] });
  if (quotes === undefined) md.disable('smartquotes');
  md.core.ruler.at('replacements', ({ tokens }) => {
    for (const { type, children } of tokens) {
      if (type !== 'inline' || children === null) continue;
      protect(children);
      for (const token of children) {
        if (token.type === 'text') token.content = replaced(token.content);
      }
    }
  });
  const replaced = (text: string) =>
    text
      .replace(/-{2,3}/g, (marks) => dashes[marks.length - 2] ?? marks)
      .replaceAll('...', dots)
      // The '90s: markdown-it would look for a quote that ends there.
      .replace(/(?<=^|\s)'(?=\d\ds?\b)/g, quotes === undefined ? "'" : '’');
  if (angles === undefined) return;
  md.inline.ruler.before('autolink', 'angles', (state, silent) => {
    const at = ['<<', '>>'].indexOf(state.src.slice(state.pos, state.pos + 2));
    if (at === -1) return false;
    if (!silent) state.push('text_special', '', 0).content = angles[at] ?? '';
    state.pos += 2;
    return true;
  });
}

/** Makes text in elements of code, and addresses that are links by themselves, text that no rule changes. */
function protect(tokens: readonly Token[]): void {
  let depth = 0;
  for (const token of tokens) {
    const { type, content } = token;
    if (type === 'html_inline') {
      const [all, slash] = CODE.exec(content) ?? [];
      if (all !== undefined) depth = Math.max(0, depth + (slash === '' ? 1 : -1));
    } else if (token.info === 'auto') depth += token.nesting;
    else if (type === 'text' && depth > 0) token.type = 'text_special';
  }
}

const NAMED: Readonly<Record<string, string>> = {
  ...{ lsquo: '‘', rsquo: '’', sbquo: '‚', ldquo: '“', rdquo: '”', bdquo: '„', apos: "'" },
  ...{ quot: '"', laquo: '«', raquo: '»', lsaquo: '‹', rsaquo: '›', hellip: '…' },
  ...{ ndash: '–', mdash: '—', nbsp: '\u00a0' },
};

/** `text` with characters in place of their names: `&laquo;`, or `laquo` alone. */
export function namedCharacters(text: string): string {
  return NAMED[text] ?? text.replace(/&(\w+);/g, (whole, name: string) => NAMED[name] ?? whole);
}
