/** Letters that Unicode has no decomposition for, and the Arabic letters that people spell two ways. */
const LETTERS: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', ø: 'o', æ: 'ae', œ: 'oe', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' },
  ...{ ة: 'ه', ى: 'ي', ـ: '' },
};

/**
 * Text in the form in which names and values of any file are compared: lower case, without accents,
 * words divided by one space. `OptIn`, `opt_in` and `Opt-In` are all `opt in`; `Désabonné` is
 * `desabonne`; `✓` stays.
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
