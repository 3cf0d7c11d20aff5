import { BroadsheetError, EXIT, reasonOf } from '../../kernel/errors.ts';
import { renderLiquid } from '../../templates/render-liquid.ts';
import type { Template } from '../../templates/templates.ts';
import { loadMjml } from './load-mjml.ts';

// MJML reports the line in its input, which differs from the template's line after Liquid has run.
// Each line that starts with a tag therefore carries its number through Liquid, between two
// private-use characters.
const MARK = /\ue000(\d+)\ue001/;
const MARKS = new RegExp(MARK, 'g');

/**
 * Renders an MJML template with Liquid to HTML. Throws a `BroadsheetError` (config) with file and
 * line for errors from Liquid and from MJML's own validation.
 *
 * Limits of mjml 5: it would load web fonts for names it knows (none are passed), include files
 * (disabled), and continue after unknown tags and attributes (an error here).
 */
export async function renderMjml(template: Template, scope: object): Promise<string> {
  const marked = renderLiquid({ ...template, source: markLines(template.source) }, scope, 'html');
  const { mjml, lineOf } = takeMarks(marked);
  const result = await loadMjml()(mjml, { fonts: {}, ignoreIncludes: true, keepComments: false })
    // mjml throws plain errors for a document that it cannot parse at all.
    .catch((error: unknown) => {
      throw new BroadsheetError(EXIT.config, complain(template, undefined, reasonOf(error)), {
        cause: error,
      });
    });
  if (result.errors.length > 0) {
    const lines = result.errors.map(({ line, message, tagName }) =>
      complain(template, lineOf(line), `<${tagName}>: ${message}`),
    );
    throw new BroadsheetError(EXIT.config, [...new Set(lines)].join('\n'));
  }
  // Indentation is a quarter of MJML's output, and counts towards Gmail's size limit.
  return result.html.replace(/\s*\n\s*/g, '\n').trim();
}

function markLines(source: string): string {
  return source
    .split('\n')
    .map((line, index) => line.replace(/^\s*(?=<)/, `$&\ue000${index + 1}\ue001`))
    .join('\n');
}

function takeMarks(text: string): { mjml: string; lineOf: (line: number) => number | undefined } {
  const lines = text.split('\n');
  const numbers = lines.map((line) => {
    const mark = MARK.exec(line);
    return mark ? Number(mark[1]) : undefined;
  });
  return {
    mjml: lines.map((line) => line.replace(MARKS, '')).join('\n'),
    lineOf: (line) => numbers[line - 1],
  };
}

function complain(template: Template, line: number | undefined, fact: string): string {
  const at = line === undefined ? '' : `:${line}`;
  return `${template.file}${at}  not valid MJML: ${fact.trim()}; see https://documentation.mjml.io, or delete the file to use Broadsheet's own`;
}
