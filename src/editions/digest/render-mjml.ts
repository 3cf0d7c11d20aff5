import { BroadsheetError, EXIT, reasonOf } from '../../kernel/errors.ts';
import { renderLiquid } from '../../templates/render-liquid.ts';
import type { Template } from '../../templates/templates.ts';

// MJML tells the line of the text that it was given, which is not the template's once Liquid has
// run. So each line that starts with a tag carries its number through Liquid, between two
// characters for private use.
const MARK = /\ue000(\d+)\ue001/g;

/**
 * The HTML of an MJML template with Liquid. Throws a `BroadsheetError` (config) with file and
 * line for what Liquid or MJML's own validation finds wrong.
 *
 * Edges of mjml 5: it would load web fonts for the names it knows (none are given), include files
 * (refused), and carry on over unknown tags and attributes (an error here).
 */
export async function renderMjml(template: Template, scope: object): Promise<string> {
  const marked = renderLiquid({ ...template, source: markLines(template.source) }, scope, 'html');
  const { mjml, lineOf } = takeMarks(marked);
  // Loading it takes longer than all the rest of a command: only what renders pays for it.
  const { default: mjml2html } = await import('mjml');
  const result = await mjml2html(mjml, { fonts: {}, ignoreIncludes: true, keepComments: false })
    // mjml throws plain errors for a document that it cannot read at all.
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
  // Indentation is a quarter of what MJML gives, and counts towards where Gmail cuts off.
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
    const mark = new RegExp(MARK.source).exec(line);
    return mark ? Number(mark[1]) : undefined;
  });
  return {
    mjml: lines.map((line) => line.replace(MARK, '')).join('\n'),
    lineOf: (line) => numbers[line - 1],
  };
}

function complain(template: Template, line: number | undefined, fact: string): string {
  const at = line === undefined ? '' : `:${line}`;
  return `${template.file}${at}  not valid MJML: ${fact.trim()}; see https://documentation.mjml.io, or delete the file to use Broadsheet's own`;
}
