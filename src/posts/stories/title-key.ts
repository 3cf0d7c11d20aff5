/** The part of a title that posts of one story share. */
export interface TitleKey {
  /** The title without leading labels, case and punctuation. May be empty. */
  readonly key: string;
  readonly labelled: boolean;
}

/**
 * Returns a function from title to key for these labels. A label counts if a colon, a dash between
 * spaces, a bar or an exclamation mark follows it, or if it is in brackets: `Breaking: ...`,
 * `UPDATE - ...`, `[New] ...`. `New bridge opens` has no label.
 */
export function titleKeys(labels: readonly string[]): (title: string) => TitleKey {
  const words = labels.map((label) => escaped(label.trim()).replace(/\s+/g, '\\s+')).sort(longest);
  if (words.length === 0) return (title) => ({ key: folded(title), labelled: false });
  const any = `(?:${words.join('|')})`;
  const label = new RegExp(
    `\\s*(?:${any}\\s*(?:[:：|!]+|\\s[-–—]+\\s|[–—])|[[(]\\s*${any}\\s*[\\])]\\s*:?)\\s*(?=\\S)`,
    'iuy',
  );
  return (title) => {
    let start = 0;
    label.lastIndex = 0;
    while (label.test(title)) start = label.lastIndex;
    return { key: folded(title.slice(start)), labelled: start > 0 };
  };
}

function folded(title: string): string {
  return title
    .normalize('NFKC')
    .toLowerCase()
    .replace(/['’‘]/g, '')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
}

function escaped(label: string): string {
  return label.replace(/[^\p{L}\p{M}\p{N}\s]/gu, '\\$&');
}

function longest(a: string, b: string): number {
  return b.length - a.length;
}
