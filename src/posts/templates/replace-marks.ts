import type { TemplateMark } from './template-marks.ts';

/** The replacement of a template mark in the text. */
export interface Replacement {
  readonly text: string;
  /** Why the mark is left out, if a person should know. */
  readonly warning?: string;
}

/**
 * Replaces each mark of `text` with the result of `replacementOf` (undefined: it stays). Calls
 * `warn` for every replacement that has a warning, with the mark's line (1 is the first of `text`).
 */
export function replaceMarks(
  text: string,
  marks: readonly TemplateMark[],
  replacementOf: (mark: TemplateMark) => Replacement | undefined,
  warn: (line: number, message: string) => void,
): string {
  let result = '';
  let done = 0;
  let line = 1;
  let lineFrom = 0;
  for (const mark of marks) {
    const replacement = replacementOf(mark);
    if (replacement === undefined) continue;
    if (replacement.warning !== undefined) {
      line += newlinesIn(text, lineFrom, mark.start);
      lineFrom = mark.start;
      warn(line, replacement.warning);
    }
    result += text.slice(done, mark.start) + replacement.text;
    done = mark.end;
  }
  return result + text.slice(done);
}

/** How a message shows a mark: its name, or its first words. */
export function nameOfMark(mark: TemplateMark): string {
  const words = (mark.name || mark.args).replace(/\s+/g, ' ');
  const short = words.length > 30 ? `${words.slice(0, 30)}...` : words;
  if (mark.kind === 'output') return `{{ ${short} }}`;
  return mark.kind === 'shortcode' ? `{{< ${short} >}}` : `{% ${short} %}`;
}

/** Turns `{% highlight ruby %}` of `text`, and its end, into a code fence on its own line. */
export function fenceForHighlight(mark: TemplateMark, text: string): Replacement | undefined {
  if (mark.name !== 'highlight' && mark.name !== 'endhighlight') return undefined;
  const language = mark.name === 'highlight' ? (/^[\w+#-]*/.exec(mark.args)?.[0] ?? '') : '';
  const before = mark.start === 0 || text[mark.start - 1] === '\n' ? '' : '\n';
  const after = text[mark.end] === '\n' ? '' : '\n';
  return { text: `${before}~~~~${language}${after}` };
}

function newlinesIn(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) {
    count++;
  }
  return count;
}
