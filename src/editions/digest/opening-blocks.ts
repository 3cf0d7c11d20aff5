import { foldSpace } from '../../kernel/clean-text.ts';
import { escapeHtml } from '../../kernel/escape.ts';
import { openingHtml } from '../../posts/excerpt.ts';
import { plainText } from '../../posts/markdown/plain-text.ts';

/** A piece of text in one style. */
export interface Run {
  readonly text: string;
  /** Names of elements around it, such as `em`, the outermost first. */
  readonly marks: readonly string[];
  /** Of a link. */
  readonly href?: string;
}

/** A paragraph, alone or in a quote, or an item of a list. */
export interface Block {
  readonly kind: 'paragraph' | 'quote' | 'list';
  /** How many lists are around the list. */
  readonly level: number;
  /** The number of an item of an ordered list. */
  readonly number?: number;
  readonly runs: readonly Run[];
}

const TAG = /<(\/?)([a-z][a-z0-9]*)([^<>]*)>/g;
const MARKS: Readonly<Record<string, string>> = {
  ...{ em: 'em', i: 'em', cite: 'em', dfn: 'em', strong: 'strong', b: 'strong' },
  ...{ code: 'code', kbd: 'code', samp: 'code' },
};
/** What no opening shows. */
const ASIDES = new Set([
  'sup',
  'table',
  'pre',
  'figure',
  'dl',
  'summary',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
]);

/** The paragraphs, quotes and items of HTML from `sanitise-html.ts`, in order. Takes linear time. */
export function blocksOf(html: string): readonly Block[] {
  const blocks: Block[] = [];
  const lists: { next?: number }[] = [];
  const marks: string[] = [];
  const links: (string | undefined)[] = [];
  let quotes = 0;
  let aside = 0;
  let runs: Run[] | undefined;
  let isItem = false;
  let number: number | undefined;

  const end = () => {
    const folded = foldRuns(runs ?? []);
    const kind = quotes > 0 ? 'quote' : isItem ? 'list' : 'paragraph';
    if (folded.length > 0)
      blocks.push({ kind, level: Math.max(0, lists.length - 1), number, runs: folded });
    runs = undefined;
  };
  const begin = (item: boolean) => {
    end();
    isItem = item;
    number = item ? lists.at(-1)?.next : undefined;
    runs = [];
  };
  const add = (raw: string) => {
    const text = raw === '' ? '' : decoded(raw);
    if (aside === 0 && text !== '')
      runs?.push({ text, marks: [...new Set(marks)], href: links.at(-1) });
  };

  const opening = openingHtml(html);
  let done = 0;
  for (const { index, 0: tag, 1: slash, 2: name = '', 3: attributes = '' } of opening.matchAll(
    TAG,
  )) {
    add(opening.slice(done, index));
    done = index + tag.length;
    const isEnd = slash === '/';
    const mark = MARKS[name];
    if (ASIDES.has(name)) aside += isEnd ? -1 : 1;
    else if (mark !== undefined && isEnd) marks.splice(marks.lastIndexOf(mark), 1);
    else if (mark !== undefined) marks.push(mark);
    else if (name === 'a' && isEnd) links.pop();
    else if (name === 'a') links.push(/ href="(https?:[^"]*)"/.exec(attributes)?.[1]);
    else if (name === 'br') add(' ');
    else if (name === 'ul' || name === 'ol') {
      end();
      if (isEnd) lists.pop();
      else
        lists.push({
          next: name === 'ol' ? Number(/ start="(\d{1,6})"/.exec(attributes)?.[1] ?? 1) : undefined,
        });
    } else if (name === 'li') {
      if (!isEnd) begin(true);
      else {
        end();
        const list = lists.at(-1);
        if (list?.next !== undefined) list.next++;
        isItem = false;
      }
    } else if (name === 'blockquote') {
      end();
      quotes += isEnd ? -1 : 1;
    } else if (name === 'p' && isEnd) end();
    // The first paragraph of an item is the item.
    else if (name === 'p' && !(isItem && runs !== undefined && foldRuns(runs).length === 0))
      begin(false);
  }
  end();
  return blocks;
}

function decoded(text: string): string {
  // `plainText` folds white space, but that between two runs has to stay.
  const [, before = '', after = ''] = /^(\s*)[\s\S]*?(\s*)$/.exec(text) ?? [];
  return text.trim() === '' ? ' ' : before.slice(0, 1) + plainText(text) + after.slice(0, 1);
}

/** `runs` with white space folded, also between them and at both ends. */
function foldRuns(runs: readonly Run[]): readonly Run[] {
  const folded: Run[] = [];
  let isAfterSpace = true;
  for (const run of runs) {
    const text = run.text.replace(/\s+/g, ' ').slice(isAfterSpace && /^\s/.test(run.text) ? 1 : 0);
    if (text === '') continue;
    folded.push({ ...run, text });
    isAfterSpace = text.endsWith(' ');
  }
  const last = folded.pop();
  if (last !== undefined && last.text.trimEnd() !== '')
    folded.push({ ...last, text: last.text.trimEnd() });
  return folded;
}

export function textOf(runs: readonly Run[]): string {
  return foldSpace(runs.map(({ text }) => text).join(''));
}

/** The start of `runs` that `short` has, the result of shortening their text. */
export function cutRuns(runs: readonly Run[], short: string): readonly Run[] {
  const text = textOf(runs);
  if (short === text) return runs;
  const isCut = !text.startsWith(short);
  let room = isCut ? short.length - 1 : short.length;
  const cut: Run[] = [];
  for (const run of runs) {
    if (room <= 0) break;
    cut.push({ ...run, text: run.text.slice(0, room) });
    room -= run.text.length;
  }
  const last = cut.pop();
  if (last !== undefined) cut.push({ ...last, text: last.text.trimEnd() + (isCut ? '…' : '') });
  return cut;
}

/** `runs` as HTML with `em`, `strong`, `code` and `a`. `clean` changes each text and address. */
export function htmlOf(runs: readonly Run[], clean: (text: string) => string): string {
  return runs
    .map(({ text, marks, href }) => {
      const inner = marks.reduceRight(
        (html, mark) => `<${mark}>${html}</${mark}>`,
        escapeHtml(clean(text)),
      );
      // The address is from HTML, with its references.
      return href === undefined ? inner : `<a href="${clean(href)}">${inner}</a>`;
    })
    .join('');
}

const SIGNS: Readonly<Record<string, string>> = { em: '_', strong: '*' };

/** `runs` as text, with the signs that mail programs show as emphasis. */
export function plainOf(runs: readonly Run[]): string {
  const signed = runs.map(({ text, marks }) => {
    const signs = marks.map((mark) => SIGNS[mark] ?? '').join('');
    const [, before = '', words = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? [];
    return words === '' ? text : before + signs + words + [...signs].reverse().join('') + after;
  });
  return foldSpace(signed.join(''));
}
