/** Letters without a Unicode decomposition, and Arabic letters with two spellings. */
const LETTERS: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', ø: 'o', æ: 'ae', œ: 'oe', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' },
  ...{ ة: 'ه', ى: 'ي', ـ: '' },
};

/**
 * The form for comparing names and values of any file: lower case, no accents, one space between words.
 * `OptIn`, `opt_in` and `Opt-In` all become `opt in`; `Désabonné` becomes `desabonne`; `✓` stays.
 */
export function foldWords(text: string): string {
  return text
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .toLowerCase()
    .replace(/[ßøæœłđðþıةىـ]/g, (letter) => LETTERS[letter] ?? letter)
    .replace(/[^\p{L}\p{N}✓✔☑✗✘☐]+/gu, ' ')
    .trim();
}

/** The entries of a table's cell: words or phrases with commas between. */
export function wordsOf(cell: string): readonly string[] {
  return cell.split(',').map((word) => word.trim());
}

/** A table from keys to lists of words, as a table from each word to its key. */
export function byWord<Key extends string>(
  table: Readonly<Partial<Record<Key, string>>>,
): ReadonlyMap<string, Key> {
  const rows = Object.entries(table) as [Key, string][];
  return new Map(rows.flatMap(([key, words]) => wordsOf(words).map((word) => [word, key])));
}
