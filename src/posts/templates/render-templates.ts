import type { Problem } from '../../kernel/problem.ts';
import { codeRanges } from '../markdown/code-ranges.ts';
import type { PostSource } from '../parse-post.ts';
import type { Post } from '../post.ts';
import type { RenderContext } from '../render-context.ts';
import { renderLiquid } from './render-liquid.ts';
import { fenceForHighlight, nameOfMark, type Replacement, replaceMarks } from './replace-marks.ts';
import { findMarks, type TemplateMark } from './template-marks.ts';

/**
 * Renders the template marks in a post's body (`posts.liquid: render`) or removes them. Readers
 * never see a tag, output or shortcode, except if the author quotes it (with `{% raw %}`, or in
 * code if Liquid is off). Removed marks are reported.
 */
export function renderTemplates(
  post: Post,
  source: PostSource,
  context: RenderContext,
): { readonly text: string; readonly warnings: readonly Problem[] } {
  if (!/\{[%{]/.test(source.body)) return { text: source.body, warnings: [] };
  const warnings: Problem[] = [];
  const warn = (line: number, message: string) => {
    warnings.push({ file: post.file, line: source.bodyLine + line - 1, message });
  };
  if (context.settings.liquid === 'off') {
    return { text: withoutMarks(source.body, OFF, warn), warnings };
  }
  const rendered = renderLiquid(post, source, context, warn);
  if ('text' in rendered) return { text: rendered.text, warnings };
  warn(rendered.line, `Liquid stops here (${rendered.reason}); correct it, all tags are left out`);
  return { text: withoutMarks(source.body, undefined, () => {}), warnings };
}

const OFF = 'is left out of the text, for posts.liquid is off; set it to render, or take it out';
const SHORTCODE =
  'is a shortcode of Hugo, which Broadsheet does not know; it is left out of the text';

function withoutMarks(
  body: string,
  reason: string | undefined,
  warn: (line: number, message: string) => void,
): string {
  const marks = findMarks(body, codeRanges(body));
  return replaceMarks(
    body,
    marks,
    (mark) => fenceForHighlight(mark, body) ?? leftOut(mark, reason),
    warn,
  );
}

function leftOut(mark: TemplateMark, reason: string | undefined): Replacement {
  const silent = mark.kind === 'comment' || /^(?:end)?raw$/.test(mark.name);
  if (silent || reason === undefined || mark.name.startsWith('end')) return { text: '' };
  const fact = mark.kind === 'shortcode' ? SHORTCODE : reason;
  return { text: '', warning: `${nameOfMark(mark)} ${fact}` };
}
