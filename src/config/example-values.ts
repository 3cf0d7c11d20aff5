import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPair, isScalar, isSeq, type Node, type Pair, type Scalar, visit } from 'yaml';
import { BroadsheetError, EXIT } from '../base/errors.ts';
import { formatProblem } from '../model/problem.ts';
import type { Config } from './config.ts';
import { optionName, type Path } from './config-problems.ts';
import { readYaml } from './read-yaml.ts';

/** The name of the newsletter in the config that `init` writes. */
export const EXAMPLE_NEWSLETTER = 'The Harbour Morning';

/** The annotated example, beside `src/` in a checkout and beside `dist/` in the package. */
const EXAMPLE_CONFIG = join(import.meta.dirname, '..', '..', 'config', 'broadsheet.yaml');

/** Every address of the example. */
const EXAMPLE_DOMAIN = /(^|[@/.])harbour\.example(?![\w-])/i;

/** Where the example has texts that only its publisher can have. */
const EXAMPLE_TEXTS = [
  ['site', 'title'],
  ['site', 'description'],
  ['newsletters', 0, 'description'],
  ['newsletters', 0, 'postalAddress'],
];

interface ExampleValue {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
  readonly message: string;
}

/**
 * Returns a problem for each value of the config that is still the example's: its domain, its texts,
 * the name of its newsletter. `file` is the config file as errors name it.
 */
export function exampleValues(
  { file: path, publicUrl }: Pick<Config, 'file' | 'publicUrl'>,
  file = path,
): readonly ExampleValue[] {
  const { document, lines } = readYaml(file, readFileSync(path, 'utf8'));
  const texts = exampleTexts();
  const found: ExampleValue[] = [];
  visit(document, {
    Scalar(key, node, ancestors) {
      if (key === 'key' || typeof node.value !== 'string') return;
      const text = node.value.trim();
      if (!EXAMPLE_DOMAIN.test(text) && !texts.has(text)) return;
      const { line, col } = lines.linePos(node.range?.[0] ?? 0);
      const message = `${optionName(pathOf(ancestors, node))} is "${text}", as in the example; write your own`;
      found.push({ file, line, column: col, message });
    },
  });
  if (found.length === 0 && EXAMPLE_DOMAIN.test(publicUrl)) {
    const message = `is ${publicUrl}, as in the example; write your own`;
    return [{ file: 'BROADSHEET_PUBLIC_URL', line: 1, message }];
  }
  return found;
}

/** Throws a config error with a line for each of them: nothing of the example is published or sent. */
export function refuseExamples(config: Config, file?: string): void {
  const values = exampleValues(config, file);
  if (values.length === 0) return;
  throw new BroadsheetError(EXIT.config, values.map(formatProblem).join('\n'));
}

function exampleTexts(): ReadonlySet<string> {
  const { document } = readYaml(EXAMPLE_CONFIG, readFileSync(EXAMPLE_CONFIG, 'utf8'));
  return new Set([
    EXAMPLE_NEWSLETTER,
    ...EXAMPLE_TEXTS.map((path) => String(document.getIn(path))),
  ]);
}

function pathOf(ancestors: readonly unknown[], node: Scalar): Path {
  const nodes = [...ancestors, node] as readonly (Node | Pair)[];
  return nodes.flatMap((each, at): Path => {
    if (isPair(each)) return [isScalar(each.key) ? String(each.key.value) : ''];
    return isSeq(each) ? [each.items.indexOf(nodes[at + 1])] : [];
  });
}
