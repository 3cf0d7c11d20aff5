/** The file's text with new lines at its end, and these lines. */
export interface WithLines {
  readonly text: string;
  readonly added: readonly string[];
}

/**
 * Adds to `text`, of a `.gitignore` or a similar file, those of `names` that it does not contain yet, in
 * any spelling. Line ends stay unchanged.
 */
export function withIgnored(text: string, names: readonly string[]): WithLines {
  const lineEnd = lineEndOf(text);
  const known = new Set(text.split(/\r?\n/).map(normal));
  const added = names.filter((name) => !known.has(normal(name)));
  if (added.length === 0) return { text, added };
  const before = text === '' || text.endsWith('\n') ? text : text + lineEnd;
  const heading = `${before === '' ? '' : lineEnd}# Broadsheet${lineEnd}`;
  return { text: before + heading + added.map((name) => name + lineEnd).join(''), added };
}

/** `\r\n` if the text has it, else `\n`. */
export function lineEndOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** `/preview/`, `preview`, and both with stars around them, are equal. */
function normal(line: string): string {
  return line
    .replace(/^\uFEFF/, '')
    .trim()
    .replace(/^(\*\*\/|\/)/, '')
    .replace(/(\/\*{0,2})$/, '');
}
