import MarkdownIt from 'markdown-it';
import { cleanLine } from '../../kernel/clean-text.ts';

const { unescapeAll } = new MarkdownIt().utils;

/** Elements that people write into titles and names. Others are text: `Map<K, V>`. */
const INLINE =
  'a|abbr|b|bdi|bdo|big|br|cite|code|del|dfn|em|font|i|img|ins|kbd|mark|nobr|q|s|samp|small|span|strike|strong|sub|sup|time|tt|u|var|wbr';
const TAG = new RegExp(`<(/?)(${INLINE})(?:\\s[^<>]*)?/?>`, 'gi');
const EMPTY_ELEMENT = /^(?:br|wbr|img)$/;
const REFERENCE = /&(?:#x[0-9a-f]{1,6}|#\d{1,7}|[a-z][a-z0-9]{1,31});/gi;

/** Characters that turn the direction of what follows, also outside the title, and byte order marks. */
const TURNING = /[\u202a-\u202e\ufeff]|^[\u200b\u2060]+/g;

/**
 * A name as a reader should see it: without inline tags that are closed again, with character references
 * decoded, and without characters that change the direction of the text after it. A tag that is never
 * closed is text that the name is about.
 */
export function withoutTags(text: string): string {
  const bare = text.includes('<') ? dropPairs(text) : text;
  const decoded = bare.replace(REFERENCE, referred);
  return cleanLine(decoded.replace(TURNING, ''));
}

/** The character of a reference. `&#146;` means that of windows-1252, which `cleanLine` knows. */
function referred(reference: string): string {
  const [, number] = /^&#(1[2-5]\d);$/.exec(reference) ?? [];
  return number === undefined ? unescapeAll(reference) : String.fromCharCode(Number(number));
}

function dropPairs(text: string): string {
  const tags = [...text.matchAll(TAG)].map(({ index, 0: tag, 1: slash, 2: name = '' }) => ({
    start: index,
    end: index + tag.length,
    isEnd: slash !== '',
    name: name.toLowerCase(),
  }));
  const dropped = new Set(tags.filter(({ name }) => EMPTY_ELEMENT.test(name)));
  const open: typeof tags = [];
  for (const tag of tags) {
    if (dropped.has(tag)) continue;
    if (!tag.isEnd) {
      open.push(tag);
      continue;
    }
    const at = open.findLastIndex(({ name }) => name === tag.name);
    const [start] = at === -1 ? [] : open.splice(at);
    if (start !== undefined) dropped.add(start).add(tag);
  }
  let kept = '';
  let done = 0;
  for (const tag of dropped.size === 0 ? [] : tags.filter((each) => dropped.has(each))) {
    kept += text.slice(done, tag.start) + (tag.name === 'br' ? ' ' : '');
    done = tag.end;
  }
  return kept + text.slice(done);
}

const CODE = /(?<!`)(`+)(?!`)(.{1,500}?)(?<!`)\1(?!`)/g;
/** Marks around words, not inside them: `2*3*4` and `snake_case_name` have none. */
const EMPHASIS =
  /(?<![\p{L}\p{N}\\*_~])(\*\*\*|\*\*|\*|__|_|~~)(?=[^\s*_~])([^*~]{0,500}?[^\s*~\\])\1(?![\p{L}\p{N}*_~])/gu;
/** Names such as Python's `__init__` have underscores of their own. */
const OWN_UNDERSCORES = /^__[a-z0-9]+(?:_[a-z0-9]+)*__$/;
const LINK = /!?\[([^[\]]{0,500})\](?:\([^()\s]{0,2000}\)|\[[^[\]]{0,100}\])/g;

/**
 * A title or a sentence as plain text: like `withoutTags`, and without the marks of Markdown for code,
 * emphasis and links. The text of code stays as it is.
 */
export function withoutMarkup(text: string): string {
  if (!/[<&`*_~[\u200b\u202a-\u202e\u2060\ufeff]/.test(text)) return text;
  const codes: string[] = [];
  // A private character stands for each code, because tags and marks in it are its text.
  const marked = text.replace(/[\ue000\ue001]/g, '').replace(CODE, (_all, _ticks, code: string) => {
    codes.push(code.trim());
    return '\ue000';
  });
  const off = (words: string): string =>
    words.replace(EMPHASIS, (all, _mark, inner: string) =>
      OWN_UNDERSCORES.test(all) ? all : off(inner),
    );
  const bare = withoutTags(off(marked.replace(LINK, '$1')));
  let at = 0;
  return bare.replace(/\ue000/g, () => codes[at++] ?? '');
}

const ADDRESS =
  /(?<![@\w.])[^\s<>()[\],;:"'@]{1,64}@[^\s<>()[\],;:"'@]{1,200}\.[^\s<>()[\],;:"'@.]{1,60}/;

/**
 * A person's name without an address beside it (`Ada Quill <ada@quay.example>`), which its owner may not
 * want in public. Undefined if there is only an address.
 */
export function withoutAddress(name: string): string | undefined {
  if (!name.includes('@')) return name;
  const bare = name
    .replace(new RegExp(`[<(\\[]?(?:mailto:)?${ADDRESS.source}[>)\\]]?`, 'gi'), ' ')
    .replace(/\(([^()]*)\)/g, '$1');
  return cleanLine(bare).replace(/^[\s"',;:–—-]+|[\s"',;:–—-]+$/g, '') || undefined;
}
