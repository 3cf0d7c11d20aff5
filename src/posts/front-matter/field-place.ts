import type { FrontMatter } from './front-matter.ts';

/** Finds the place of a field's value in the file, as far as the lines show it. */
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
