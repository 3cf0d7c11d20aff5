import { cleanLine } from './clean-text.ts';

// Embeddings, overrides and isolates (UAX 9 §2) also change the text that is shown after their own. The
// marks U+200E and U+200F do not, and writers need them.
const DIRECTION_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/g;

/** `cleanLine` for text beside other text, in a header or a list: it does not affect the other text. */
export function oneLine(text: string): string {
  return cleanLine(text.toWellFormed().replace(DIRECTION_CONTROLS, ''));
}
