import { LineCounter, parseDocument } from 'yaml';
import { BroadsheetError, EXIT } from '../base/errors.ts';
import { formatProblem } from '../model/problem.ts';
import type { ParsedYaml } from './config-problems.ts';

/**
 * `text` as YAML 1.2. Throws a config error with one line where it is not YAML (two equal keys are not):
 * the first thing that is wrong, because the rest follows from it.
 */
export function readYaml(file: string, text: string): ParsedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [first] = document.errors;
  const error = document.errors.find(({ code }) => code === 'TAB_AS_INDENT') ?? first;
  if (error === undefined) return { file, document, lines };
  const { line, col } = lines.linePos(error.pos[0]);
  const message = `is not YAML: ${error.message}`;
  throw new BroadsheetError(EXIT.config, formatProblem({ file, line, column: col, message }));
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
