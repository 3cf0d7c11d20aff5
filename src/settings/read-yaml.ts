import { LineCounter, parseDocument, type YAMLParseError } from 'yaml';
import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import { formatProblem, type Problem } from '../kernel/problem.ts';
import type { ParsedYaml } from './config-problems.ts';
import { findWrongIndentation } from './find-indentation.ts';

/**
 * Parses `text` as YAML 1.2. Throws a config error with a line for each syntax error; two equal keys are
 * an error too.
 */
export function readYaml(file: string, text: string): ParsedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length === 0) return { file, document, lines };
  throw new BroadsheetError(
    EXIT.config,
    problemsOf(file, text, document.errors, lines).map(formatProblem).join('\n'),
  );
}

/**
 * One line in the wrong column causes an error at each line after it: only the first cause is reported.
 */
function problemsOf(
  file: string,
  text: string,
  errors: readonly YAMLParseError[],
  lines: LineCounter,
): readonly Problem[] {
  const told = errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    return { file, line, column: col, message: `is not YAML: ${error.message}` };
  });
  if (errors.every(({ code }) => code === 'DUPLICATE_KEY')) return told;
  const tab = told.find((_, at) => errors[at]?.code === 'TAB_AS_INDENT');
  if (tab !== undefined) return [{ ...tab, message: `${tab.message}; write spaces` }];
  const wrong = findWrongIndentation(text);
  if (wrong === undefined) return told.slice(0, 1);
  const { line, column, before } = wrong;
  const fact = `begins in column ${column}, and line ${before.line} in column ${before.column}`;
  const remedy = 'move one of them: options of one group begin in the same column';
  return [{ file, line, column, message: `${fact}; ${remedy}` }];
}

/** The values of the file. An option without a value counts as missing. */
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
