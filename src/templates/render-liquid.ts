import type { Liquid } from 'liquidjs';
import { BroadsheetError, EXIT, reasonOf } from '../kernel/errors.ts';
import { openRecentCache } from '../kernel/recent-cache.ts';
import { type LiquidOutput, openLiquid } from './open-liquid.ts';
import type { Template } from './templates.ts';

/** Number of parsed templates to cache: more than the subject, text and HTML of one newsletter. */
const MOST_PARSED = 20;

const engines: Readonly<Record<LiquidOutput, Liquid>> = {
  html: openLiquid('html'),
  text: openLiquid('text'),
};

/**
 * Renders `template` with the values of `scope` and the filters of `openLiquid`. Throws a
 * `BroadsheetError` (config) with file, line and column.
 */
export function renderLiquid(template: Template, scope: object, output: LiquidOutput): string {
  try {
    return engines[output].renderSync(parse(template, output), scope);
  } catch (error) {
    throw templateError(template, error);
  }
}

/** Mails to one person use the same few templates, and parsing takes as long as rendering. */
const parsed = openRecentCache<ReturnType<Liquid['parse']>>(MOST_PARSED, () => 1);

/** Keyed by the text: a template that was changed on the disk is parsed again. */
function parse({ source }: Template, output: LiquidOutput): ReturnType<Liquid['parse']> {
  const key = `${output} ${source}`;
  const known = parsed.get(key);
  if (known !== undefined) return known;
  const templates = engines[output].parse(source);
  parsed.set(key, templates);
  return templates;
}

/**
 * Turns an error of liquidjs about `template` into a config error with file, line, column and
 * remedy.
 */
export function templateError(template: Template, error: unknown): BroadsheetError {
  const reason = reasonOf(error);
  // liquidjs ends its messages with ", line:3, col:5". Editors need the place first.
  const place = /, line:(\d+), col:(\d+)/.exec(reason);
  const fact = reason.replace(/(, file:.*?)?, line:\d+, col:\d+.*$/s, '');
  const at = place ? `:${place[1]}:${place[2]}` : '';
  return new BroadsheetError(
    EXIT.config,
    `${template.file}${at}  the template cannot be rendered: ${fact}; fix it, or delete the file to use Broadsheet's own`,
    { cause: error },
  );
}
