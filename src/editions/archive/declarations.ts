/** One declaration of a style, as written. */
export interface Declaration {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
  readonly important: boolean;
}

// The pieces of a declaration (CSS Syntax 3 §4), in the order of matching. An escape or a string
// can contain anything. A brace outside them would end the rule that contains it.
const PIECE = /\\[^\n]|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\*[\s\S]*?(?:\*\/|$)|[\s\S]/g;
const OPENING = '([';
const CLOSING = ')]';

/**
 * Parses the declarations of a `style` attribute. Leaves out those that browsers would read
 * differently in a style sheet: with braces, with unclosed strings or brackets, and Outlook's own
 * (`mso-`).
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
    // A single quote mark opens a string that is never closed.
    if (depth < 0 || /^[{}"'\\]$/.test(piece)) broken = true;
    part += piece;
  }
  end();
  return parts;
}
