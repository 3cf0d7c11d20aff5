import type { TemplateMark } from './template-marks.ts';

/** What a mark of a template becomes in the text. */
export interface Replacement {
  readonly text: string;
  /** Why the mark is left out, where a person should know. */
  readonly warning?: string;
}

/**
 * `text` with each mark replaced as `replacementOf` says (undefined: it stays). `warn` is told of
 * every mark that was left out with a warning, and the line it is on (1 is the first of `text`).
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

/** What of a mark is shown in a message: its name, or its first words. */
export function nameOfMark(mark: TemplateMark): string {
  const words = (mark.name || mark.args).replace(/\s+/g, ' ');
  const short = words.length > 30 ? `${words.slice(0, 30)}...` : words;
  if (mark.kind === 'output') return `{{ ${short} }}`;
  return mark.kind === 'shortcode' ? `{{< ${short} >}}` : `{% ${short} %}`;
}

/** `{% highlight ruby %}` of `text`, and its end, as a fence of code, which has a line of its own. */
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
