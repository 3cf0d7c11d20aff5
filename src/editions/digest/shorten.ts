import { foldSpace } from '../../kernel/clean-text.ts';
/**
 * `text` in at most `limit` UTF-16 units. Whole if it fits. Else up to the end of its last
 * sentence, if that keeps at least half of the limit. Else up to its last word, with an ellipsis.
 * White space is folded. Sentences, words and characters follow the language (UAX 29).
 */
export function shorten(text: string, limit: number, language: string): string {
  const folded = foldSpace(text);
  if (folded.length <= limit) return folded;
  // The result depends only on text near the limit, and segmenting a whole book is slow.
  const start = folded.slice(0, limit + 200).toWellFormed();
  const sentences = lastEnd(start, limit, language, 'sentence');
  if (sentences >= limit / 2) return start.slice(0, sentences).trimEnd();
  const words = lastEnd(start, limit - 1, language, 'word');
  // A single character with many combining marks can also be that long.
  const end = words || lastEnd(start, limit - 1, language, 'grapheme') || limit - 1;
  return `${start
    .slice(0, end)
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/[\s,;:.…–—-]+$/u, '')}…`;
}

function lastEnd(
  text: string,
  limit: number,
  language: string,
  granularity: 'sentence' | 'word' | 'grapheme',
): number {
  let end = 0;
  for (const { index, segment } of new Intl.Segmenter(language, { granularity }).segment(text)) {
    const next = index + segment.trimEnd().length;
    if (next > limit) break;
    if (segment.trim() !== '') end = next;
  }
  return end;
}
