import { codeRanges } from '../markdown/code-ranges.ts';
import { readTag } from '../markdown/mdx.ts';
import type { TemplateMark } from './template-marks.ts';

/** `<Note`, `</Note`, `<my-note`: no element of HTML has such a name. */
const COMPONENT = /<\/?([A-Z][\w.]{0,100}|[a-z]+-[\w-]{1,100})(?=[\s/>])/g;

/** The tags of components in `text` whose names `has` knows, in order. Code has none. */
export function findComponents(
  text: string,
  has: (name: string) => boolean,
): readonly TemplateMark[] {
  const starts = [...text.matchAll(COMPONENT)].filter(([, name = '']) => has(name));
  if (starts.length === 0) return [];
  const code = codeRanges(text);
  const marks: TemplateMark[] = [];
  let next = 0;
  for (const { index } of starts) {
    while ((code[next]?.end ?? text.length) <= index) next++;
    if ((code[next]?.start ?? text.length) <= index || index < (marks.at(-1)?.end ?? 0)) continue;
    const tag = readTag(text, index, text.length);
    if (tag === undefined) continue;
    const { name, isEnd, isEmpty, attributes, end } = tag;
    const given = { named: Object.fromEntries(attributes), others: [] };
    const args = isEmpty ? '/' : '';
    marks.push({
      kind: 'component',
      name: (isEnd ? '/' : '') + name,
      args,
      given,
      start: index,
      end,
    });
  }
  return marks;
}
