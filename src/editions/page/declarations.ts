/** One declaration of a style, as it was written. */
export interface Declaration {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
  readonly important: boolean;
}

// What a declaration is made of (CSS Syntax 3 §4), in the order in which it is tried. An escape or
// a string can hold anything; a brace outside of them would end the rule that it is put into.
const PIECE = /\\[^\n]|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\*[\s\S]*?(?:\*\/|$)|[\s\S]/g;
const OPENING = '([';
const CLOSING = ')]';

/**
 * The declarations of a `style` attribute. What no browser would read alike in a style sheet is not
 * among them: braces, strings and brackets that are not closed, and Outlook's own (`mso-`).
 */
export function parseDeclarations(style: string): Declaration[] {
  return splitAtSemicolons(style).flatMap((text) => {
    const [, name = '', written = ''] = /^\s*(-{0,2}[a-z][\w-]*)\s*:([\s\S]*)$/i.exec(text) ?? [];
    const value = written.replace(/\s*!\s*important\s*$/i, '').trim();
    if (value === '' || /^mso-/i.test(name)) return [];
    const important = value.length < written.trim().length;
    return [{ name: name.toLowerCase(), value, important }];
  });
}

function splitAtSemicolons(style: string): string[] {
  const parts: string[] = [];
  let part = '';
  let depth = 0;
  let broken = false;
  const end = () => {
    if (!broken && depth === 0) parts.push(part);
    [part, depth, broken] = ['', 0, false];
  };
  for (const [piece] of style.matchAll(PIECE)) {
    if (piece === ';' && depth <= 0) {
      end();
      continue;
    }
    if (piece.startsWith('/*')) continue;
    if (OPENING.includes(piece)) depth += 1;
    if (CLOSING.includes(piece)) depth -= 1;
    // A quote by itself opens a string that is never closed.
    if (depth < 0 || /^[{}"'\\]$/.test(piece)) broken = true;
    part += piece;
  }
  end();
  return parts;
}
