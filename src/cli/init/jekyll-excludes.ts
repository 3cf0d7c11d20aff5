import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, parseDocument, type YAMLSeq } from 'yaml';
import { JEKYLL_EXCLUDES } from '../../posts/generators/jekyll.ts';
import { lineEndOf, type WithLines } from './ignore-file.ts';

/**
 * Adds `names` to `exclude` in the text of a `_config.yml`, and changes nothing else, also no comments
 * and line ends. Returns undefined if a change could break the file. A new list also contains the default
 * exclusions of Jekyll 3, because a list replaces them.
 */
export function withExcluded(text: string, names: readonly string[]): WithLines | undefined {
  const document = parseDocument(text, { logLevel: 'silent' });
  const root = document.contents;
  if (document.errors.length > 0 || (root !== null && (!isMap(root) || root.flow)))
    return undefined;
  const before = (document.toJS() ?? {}) as Readonly<Record<string, unknown>>;
  const list = document.get('exclude', true);
  const has = itemsOf(before.exclude);
  const isNew = list === undefined;
  const wanted = [...new Set([...(isNew ? JEKYLL_EXCLUDES : []), ...names])];
  const added = wanted.filter((name) => !has.some((each) => bare(each) === bare(name)));
  if (added.length === 0) return { text, added };
  const changed = isNew ? atEnd(text, added) : isSeq(list) ? inList(text, list, added) : undefined;
  if (changed === undefined) return undefined;
  return isOnlyMore(changed, before, [...has, ...added]) ? { text: changed, added } : undefined;
}

function itemsOf(exclude: unknown): readonly string[] {
  return Array.isArray(exclude) ? exclude.map(String) : [];
}

function bare(name: string): string {
  return name.replace(/^\.?\/|\/$/g, '');
}

function atEnd(text: string, added: readonly string[]): string {
  const lineEnd = lineEndOf(text);
  const lines = [
    '',
    '# Not for the site: what Broadsheet keeps here, after what Jekyll leaves out by itself.',
    'exclude:',
    ...added.map((name) => `  - ${name}`),
  ];
  const before = text === '' || text.endsWith('\n') ? text : text + lineEnd;
  return before + (before === '' ? lines.slice(1) : lines).map((line) => line + lineEnd).join('');
}

/** After the last item, in the format of the items. */
function inList(text: string, list: YAMLSeq, added: readonly string[]): string | undefined {
  const last = list.items.at(-1);
  if (!isScalar(last) || !last.range) return undefined;
  const end = last.range[1];
  if (list.flow)
    return `${text.slice(0, end)}${added.map((name) => `, ${name}`).join('')}${text.slice(end)}`;
  const lineStart = text.lastIndexOf('\n', last.range[0] - 1) + 1;
  const [, opening] = /^(\s*-\s+)/.exec(text.slice(lineStart)) ?? [];
  if (opening === undefined) return undefined;
  const newline = text.indexOf('\n', end);
  const lineEnd = lineEndOf(text);
  const at = newline < 0 ? text.length : newline + 1;
  const separator = newline < 0 ? lineEnd : '';
  const lines = added.map((name) => opening + name + lineEnd).join('');
  return text.slice(0, at) + separator + lines + text.slice(at);
}

/** Whether `text` equals `before` with `exclude` as the list. */
function isOnlyMore(
  text: string,
  before: Readonly<Record<string, unknown>>,
  exclude: readonly string[],
): boolean {
  const document = parseDocument(text, { logLevel: 'silent' });
  return document.errors.length === 0 && isDeepStrictEqual(document.toJS(), { ...before, exclude });
}
