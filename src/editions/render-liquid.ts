import type { Liquid } from 'liquidjs';
import { BroadsheetError, EXIT, reasonOf } from '../base/errors.ts';
import { type LiquidOutput, openLiquid } from './open-liquid.ts';
import type { Template } from './templates.ts';

const engines: Readonly<Record<LiquidOutput, Liquid>> = {
  html: openLiquid('html'),
  text: openLiquid('text'),
};

/**
 * `template` with the values of `scope`, and what else `openLiquid` has. Throws a `BroadsheetError`
 * (config) with file, line and column.
 */
export function renderLiquid(template: Template, scope: object, output: LiquidOutput): string {
  try {
    return engines[output].parseAndRenderSync(template.source, scope);
  } catch (error) {
    throw templateError(template, error);
  }
}

/** What liquidjs threw about `template`, as a config error with file, line, column and remedy. */
export function templateError(template: Template, error: unknown): BroadsheetError {
  const reason = reasonOf(error);
  // liquidjs ends its messages with ", line:3, col:5"; editors want the place first.
  const place = /, line:(\d+), col:(\d+)/.exec(reason);
  const fact = reason.replace(/(, file:.*?)?, line:\d+, col:\d+.*$/s, '');
  const at = place ? `:${place[1]}:${place[2]}` : '';
  return new BroadsheetError(
    EXIT.config,
    `${template.file}${at}  the template cannot be rendered: ${fact}; mend it, or delete the file to use Broadsheet's own`,
    { cause: error },
  );
}
