import type { MarkdownIt, StateInline, Token } from 'markdown-it';
import { indentOf, lineOf } from './block-line.ts';
import type { MarkdownScope } from './dialect.ts';
import { EMOJI } from './emoji.ts';

/** `:tada:`. Names that are not known stay. */
export function emojiPlugin(md: MarkdownIt): void {
  const name = /:([a-z0-9_+-]{1,40}):/y;
  md.inline.ruler.before('emphasis', 'emoji', (state, silent) => {
    if (state.src[state.pos] !== ':' || /[\w:]/.test(state.src[state.pos - 1] ?? '')) return false;
    name.lastIndex = state.pos;
    const emoji = EMOJI.get(name.exec(state.src)?.[1] ?? '');
    if (emoji === undefined) return false;
    if (!silent) state.pending += emoji;
    state.pos = name.lastIndex;
    return true;
  });
}

const WIKI_LINK = /!?\[\[([^[\]\n|]{1,200})(?:\|([^[\]\n]{1,200}))?\]\]/y;

/** `[[Page|text]]` is a link if there is such a post, else its text. `![[picture.png]]`. */
export function wikiLinksPlugin(md: MarkdownIt): void {
  md.inline.ruler.before('link', 'wiki_link', (state, silent) => {
    WIKI_LINK.lastIndex = state.pos;
    const [all, target = '', alias] = /[![]/.test(state.src[state.pos] ?? '')
      ? (WIKI_LINK.exec(state.src) ?? [])
      : [];
    if (all === undefined || state.pos + all.length > state.posMax) return false;
    state.pos += all.length;
    if (silent) return true;
    if (all.startsWith('!') && /\.(?:png|jpe?g|gif|webp|svg|avif)$/i.test(target)) {
      const picture = state.push('image', 'img', 0);
      picture.attrs = [
        ['src', encodeURI(target.trim())],
        ['alt', ''],
      ];
      picture.children = [];
      return true;
    }
    const [page = '', part = ''] = target.split('#', 2);
    const address = (state.env as MarkdownScope).linkTo?.(page.trim());
    const text = (alias ?? (page || part)).trim();
    if (address !== undefined) state.push('link_open', 'a', 1).attrs = [['href', address]];
    state.push('text', '', 0).content = text;
    if (address !== undefined) state.push('link_close', 'a', -1);
    return true;
  });
}

/** `==marked==`, `++inserted++`, `H~2~O`, `x^2^`. */
export function marksPlugin(md: MarkdownIt): void {
  const rules: readonly (readonly [mark: string, tag: string, pattern: RegExp])[] = [
    ['==', 'mark', /(?<![\w=])==(?=[^\s=])([^=\n`]{1,300})(?<=\S)==(?!=)/y],
    ['++', 'ins', /(?<![\w+])\+\+\s?(?=[^\s+])([^+\n`]{1,300}?)(?<=\S)\+\+(?![+\w])/y],
    ['~', 'sub', /(?<=[\w)])~([\w+\-.,()]{1,30})~(?!~)/y],
    ['^', 'sup', /(?<=[\w)])\^([\w+\-.,()]{1,30})\^/y],
  ];
  for (const [mark, tag, pattern] of rules) {
    md.inline.ruler.before('emphasis', tag, (state, silent) => {
      if (!state.src.startsWith(mark, state.pos)) return false;
      pattern.lastIndex = state.pos;
      const [all, text = ''] = pattern.exec(state.src) ?? [];
      if (all === undefined || state.pos + all.length > state.posMax) return false;
      if (!silent) pushMarked(state, tag, all, text);
      else state.pos += all.length;
      return true;
    });
  }
}

function pushMarked(state: StateInline, tag: string, all: string, text: string): void {
  const { pos, posMax } = state;
  state.push(`${tag}_open`, tag, 1);
  state.pos = pos + all.indexOf(text);
  state.posMax = state.pos + text.length;
  state.md.inline.tokenize(state);
  state.push(`${tag}_close`, tag, -1);
  state.pos = pos + all.length;
  state.posMax = posMax;
}

const MOST_ABBREVIATIONS = 200;

/** `*[HTML]: Hypertext Markup Language` explains the word wherever it stands. */
export function abbreviationsPlugin(md: MarkdownIt): void {
  md.block.ruler.before(
    'reference',
    'abbreviation',
    (state, from, _to, silent) => {
      const [all, word = '', meaning = ''] =
        /^\*\[([^\]\n]{1,80})\]:[ \t]*(.*)$/.exec(lineOf(state, from)) ?? [];
      if (all === undefined || indentOf(state, from) >= 4) return false;
      if (silent) return true;
      const env = state.env as MarkdownScope;
      env.abbreviations ??= new Map();
      if (env.abbreviations.size < MOST_ABBREVIATIONS) env.abbreviations.set(word, meaning.trim());
      state.line = from + 1;
      return true;
    },
    { alt: ['paragraph', 'reference', 'list'] },
  );
  md.core.ruler.after('inline', 'abbreviations', (state) => {
    const { abbreviations } = state.env as MarkdownScope;
    if (abbreviations === undefined) return;
    const words = [...abbreviations.keys()].map(RegExp.escape).join('|');
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${words})(?![\\p{L}\\p{N}_])`, 'gu');
    for (const token of state.tokens) {
      if (token.type !== 'inline' || token.children === null) continue;
      token.children = token.children.flatMap((child) =>
        child.type === 'text' ? explained(child, pattern, abbreviations, state.Token) : child,
      );
    }
  });
}

function explained(
  text: Token,
  pattern: RegExp,
  abbreviations: ReadonlyMap<string, string>,
  Create: typeof Token,
): Token[] {
  const tokens: Token[] = [];
  let done = 0;
  const add = (content: string) => {
    const part = new Create('text', '', 0);
    part.content = content;
    if (content !== '') tokens.push(part);
  };
  for (const { index, 0: word } of text.content.matchAll(pattern)) {
    add(text.content.slice(done, index));
    const open = new Create('abbr_open', 'abbr', 1);
    open.attrs = [['title', abbreviations.get(word) ?? '']];
    tokens.push(open);
    add(word);
    tokens.push(new Create('abbr_close', 'abbr', -1));
    done = index + word.length;
  }
  if (done === 0) return [text];
  add(text.content.slice(done));
  return tokens;
}
