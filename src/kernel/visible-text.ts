// C0 but TAB and LF, DEL, C1 (ECMA-48): terminals act on them. Embeddings, overrides and isolates
// (UAX 9 §2) show what follows in another order; U+2028 and U+2029 begin a line for some viewers.
const UNSEEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

/**
 * `text` for a terminal or a log: what neither shows but acts on is spelled out, `\x1b` for a
 * control character of ASCII and `\u202e` for any other, as JSON spells it too. Line ends and tabs
 * stay.
 */
export function visibleText(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = character.charCodeAt(0);
    const digits = code.toString(16);
    // JSON knows no `\\x`, and has spelled the controls that are named so already.
    return code < 0x20 ? `\\x${digits.padStart(2, '0')}` : `\\u${digits.padStart(4, '0')}`;
  });
}

/** `visibleText` for what is one line whatever is in it: the name of a file, a reply of a relay. */
export function visibleLine(text: string): string {
  return visibleText(text.replaceAll('\n', '\\n').replaceAll('\t', '\\t'));
}
