import { LineCounter, parseDocument } from 'yaml';
import { BroadsheetError, EXIT } from '../base/errors.ts';
import { formatProblem } from '../model/problem.ts';
import type { ParsedYaml } from './config-problems.ts';

/**
 * `text` as YAML 1.2. Throws a config error with a line for each thing that is not YAML; two
 * equal keys are one such thing.
 */
export function readYaml(file: string, text: string): ParsedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length === 0) return { file, document, lines };
  const problems = document.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    return formatProblem({ file, line, column: col, message: `is not YAML: ${error.message}` });
  });
  throw new BroadsheetError(EXIT.config, problems.join('\n'));
}

/** The values of the file, where an option without a value counts as left out. */
export function valuesOf(yaml: ParsedYaml): unknown {
  return withoutNulls(yaml.document.toJS({ maxAliasCount: 100 }) ?? {});
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([key, inner]) => [key, withoutNulls(inner)]),
  );
}
