import type { Liquid } from 'liquidjs';
import { BroadsheetError, EXIT, reasonOf } from '../kernel/errors.ts';
import { openRecentCache } from '../kernel/recent-cache.ts';
import { type LiquidOutput, openLiquid } from './open-liquid.ts';
import type { Template } from './templates.ts';

/** Templates that stay parsed: more than a newsletter with its subject, text and HTML has. */
const MOST_PARSED = 20;

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
    return engines[output].renderSync(parse(template, output), scope);
  } catch (error) {
    throw templateError(template, error);
  }
}

/** Mails to one person are made of the same few templates, which take as long to parse as to render. */
const parsed = openRecentCache<ReturnType<Liquid['parse']>>(MOST_PARSED, () => 1);

/** By its text: one that was changed on the disk is another one. */
function parse({ source }: Template, output: LiquidOutput): ReturnType<Liquid['parse']> {
  const key = `${output} ${source}`;
  const known = parsed.get(key);
  if (known !== undefined) return known;
  const templates = engines[output].parse(source);
  parsed.set(key, templates);
  return templates;
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
