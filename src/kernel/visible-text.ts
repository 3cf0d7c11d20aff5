// C0 except TAB and LF, DEL, C1 (ECMA-48): terminals execute them. Embeddings, overrides and isolates
// (UAX 9 §2) change the order of the text after them. U+2028 and U+2029 begin a line in some viewers.
const UNSEEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

/**
 * `text` for a terminal or a log. Characters that would act instead of being shown are spelled out:
 * `\x1b` for an ASCII control character, and `\u202e`, as in JSON, for any other. Line ends and tabs
 * stay.
 */
export function visibleText(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = character.charCodeAt(0);
    const digits = code.toString(16);
    // JSON has no `\\x`, but has already escaped these control characters.
    return code < 0x20 ? `\\x${digits.padStart(2, '0')}` : `\\u${digits.padStart(4, '0')}`;
  });
}

/** `visibleText` for text that must stay on one line: the name of a file, a reply of a relay. */
export function visibleLine(text: string): string {
  return visibleText(text.replaceAll('\n', '\\n').replaceAll('\t', '\\t'));
}
