import { escapeHtml } from '../../kernel/escape.ts';
import type { TagContext } from '../generators/generator.ts';

/** What a shortcode shows in a feed: text for Markdown, or why it shows nothing. */
export type Shown = { readonly text: string } | { readonly reason: string };

/** The words after a shortcode's name: those with a name of their own, and the others in order. */
export interface ShortcodeArguments {
  readonly named: Readonly<Record<string, unknown>>;
  readonly others: readonly unknown[];
}

/** A word as it is written, in quotes or not. */
interface Word {
  readonly name?: string;
  readonly written: string;
}

const WORD =
  /(?:([\w-]+)\s?(?:=|:(?!\/\/))\s?)?("(?:[^"\\]|\\.)*"|'[^']*'|`[^`]*`|\[[^\][]*\]|[^\s"'`,()={}[\]]+)/g;
const QUOTES = /^["'`]/;

/**
 * What the shortcodes of Hugo and Zola show that need nothing from the site's own templates.
 * Undefined for all others. `content` is what is between the shortcode and its end.
 */
export function showShortcode(
  name: string,
  args: string,
  content: string | undefined,
  linkTo: TagContext['urlOf'],
): Shown | undefined {
  const named = new Map<string, string>();
  const others: string[] = [];
  for (const { name: key, written } of wordsOf(args)) {
    if (key === undefined) others.push(unquoted(written));
    else named.set(key.toLowerCase(), unquoted(written));
  }
  const first = (...names: readonly string[]) =>
    names.map((each) => named.get(each)).find((value) => value !== undefined) ?? others[0];
  switch (name) {
    case 'figure':
    case 'img':
    case 'image':
      return picture(named, first('src', 'link', 'url', 'path'));
    case 'ref':
    case 'relref':
      return reference(first('path') ?? '', linkTo);
    case 'youtube':
      return embedded('https://www.youtube.com/watch?v=', first('id'), named.get('title'));
    case 'vimeo':
    case 'vimeo_simple':
      return embedded('https://vimeo.com/', first('id'), named.get('title'));
    case 'instagram':
      return embedded('https://www.instagram.com/p/', first('id'), named.get('title'));
    case 'gist':
      return embedded('https://gist.github.com/', named.get('url') ?? others.slice(0, 2).join('/'));
    case 'tweet':
    case 'twitter':
    case 'x': {
      const user = named.get('user') ?? 'i';
      return embedded(`https://x.com/${user}/status/`, first('id'));
    }
    case 'highlight':
      return content === undefined ? undefined : code(content, others[0] ?? '');
    case 'details': {
      const summary = named.get('summary') ?? others[0] ?? named.get('title') ?? 'Details';
      return { text: `<details><summary>${escapeHtml(summary)}</summary>\n\n` };
    }
    case '/details':
      return { text: '\n\n</details>\n' };
    default:
      return undefined;
  }
}

/**
 * The arguments in `args`, for a template: `a="b" "c" 3 true [1, 2]`, `(a="b")`. `find` returns the value of a
 * variable that a bare word may name.
 */
export function argumentsOf(
  args: string,
  find: (path: string) => unknown = () => undefined,
): ShortcodeArguments {
  const words = wordsOf(args).map(({ name, written }) => ({
    name,
    value: meaningOf(written, find),
  }));
  return {
    named: Object.fromEntries(words.flatMap(({ name, value }) => (name ? [[name, value]] : []))),
    others: words.flatMap(({ name, value }) => (name ? [] : [value])),
  };
}

function meaningOf(written: string, find: (path: string) => unknown): unknown {
  if (QUOTES.test(written)) return unquoted(written);
  if (written.startsWith('[')) return argumentsOf(written.slice(1, -1), find).others;
  if (/^(?:true|false)$/.test(written)) return written === 'true';
  // A number that is written otherwise, such as 007, is the name of something.
  if (String(Number(written)) === written) return Number(written);
  return (/^[a-z_][\w.-]*$/i.test(written) ? find(written) : undefined) ?? written;
}

function wordsOf(args: string): readonly Word[] {
  // The slash of {{< name />}}.
  const matches = args.replace(/\/\s*$/, '').matchAll(WORD);
  return [...matches].map(([, name, written = '']) => ({ name, written }));
}

function unquoted(written: string): string {
  return QUOTES.test(written) ? written.slice(1, -1).replace(/\\(["\\])/g, '$1') : written;
}

function picture(named: ReadonlyMap<string, string>, source: string | undefined): Shown {
  if (!source) return { reason: 'names no picture' };
  const caption = [named.get('title'), named.get('caption')].filter(Boolean).join(': ');
  const alt = named.get('alt') ?? caption;
  const img = `<img src="${escapeHtml(source)}" alt="${escapeHtml(alt)}">`;
  const link = named.get('link');
  const shown = link && link !== source ? `<a href="${escapeHtml(link)}">${img}</a>` : img;
  if (caption === '') return { text: shown };
  return { text: `<figure>${shown}<figcaption>${escapeHtml(caption)}</figcaption></figure>\n` };
}

function reference(target: string, linkTo: TagContext['urlOf']): Shown {
  const [, path = '', fragment = ''] = /^([^#]*)(#.*)?$/.exec(target) ?? [];
  const address = path === '' ? '' : linkTo(path);
  return address === undefined
    ? { reason: `finds no post ${target.slice(0, 80)}` }
    : { text: address + fragment };
}

function embedded(start: string, id: string | undefined, title?: string): Shown {
  if (!id) return { reason: 'names nothing to show' };
  const url = /^https?:/.test(id) ? id : start + encodeURI(id);
  const label = title || new URL(url).hostname.replace(/^www\./, '');
  return { text: `<a href="${escapeHtml(url)}">${escapeHtml(label)}</a>` };
}

/** A code block whose fence is longer than any in it. */
function code(content: string, language: string): Shown {
  let longest = 3;
  for (const [mark] of content.matchAll(/~{3,}/g)) longest = Math.max(longest, mark.length);
  const fence = '~'.repeat(longest + 1);
  const name = /^[\w+#-]*/.exec(language)?.[0] ?? '';
  const inner = content.replace(/^[ \t]*\n/, '').replace(/\n[ \t]*$/, '');
  return { text: `\n${fence}${name}\n${inner}\n${fence}\n` };
}
