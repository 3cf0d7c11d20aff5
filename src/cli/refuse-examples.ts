import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import { formatProblem } from '../kernel/problem.ts';
import type { Config } from '../settings/config.ts';
import { plural, shortPath } from './format.ts';

/**
 * Throws a config error, with a line for each value, if the config still contains values of the example:
 * they must not be published or mailed. The demo does not call this, because it shows the example.
 */
export async function refuseExamples(config: Config): Promise<void> {
  const { exampleValues } = await import('../settings/example-values.ts');
  const { refused } = exampleValues(config);
  if (refused.length === 0) return;
  const lines = refused.map((problem) =>
    formatProblem({
      ...problem,
      file: problem.line === undefined ? problem.file : shortPath(problem.file),
    }),
  );
  const count = plural(refused.length, 'value');
  const remedy = `change ${refused.length === 1 ? 'it' : 'them'}, then run this again`;
  lines.push(
    `${shortPath(config.file)}  has ${count} of Broadsheet's example, which must not go out; ${remedy}`,
  );
  throw new BroadsheetError(EXIT.config, lines.join('\n'));
}
