import type { FrontMatter } from './front-matter.ts';

/** Where the value of a field stands in the file, as near as its lines tell. */
export function placeOfField(
  { block, blockLine }: Pick<FrontMatter, 'block' | 'blockLine'>,
  name: string,
): { readonly line: number; readonly column?: number } {
  const escaped = name.replace(/[^\w]/g, '\\$&');
  const field = new RegExp(`^(\\s*["']?${escaped}["']?\\s*[:=]\\s*).*$`);
  for (const [at, text] of block.split('\n').entries()) {
    const match = field.exec(text);
    if (match !== null) return { line: blockLine + at, column: (match[1] ?? '').length + 1 };
  }
  return { line: blockLine };
}
