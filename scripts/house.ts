import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

// The house: which file of src imports which. `test/house.test.ts` asserts its rules, and
// `npm run picture` draws it into docs/architecture.md.

export const ROOT = join(import.meta.dirname, '..');
const SOURCE = join(ROOT, 'src');

/** Paths of all files of src, relative to it. */
export const FILES: readonly string[] = globSync('**/*.ts', { cwd: SOURCE }).toSorted();

export interface Import {
  readonly file: string;
  /** As it is written: a path, or the name of a module. */
  readonly target: string;
}

export const IMPORTS: readonly Import[] = FILES.flatMap((file) =>
  [...readSource(file).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, target = '']) => ({
    file,
    target,
  })),
);

/** The imports of other files of src; `target` relative to it. */
export const INNER: readonly Import[] = IMPORTS.filter(({ target }) => target.startsWith('.')).map(
  ({ file, target }) => ({ file, target: relative(SOURCE, join(SOURCE, dirname(file), target)) }),
);

export function readSource(file: string): string {
  return readFileSync(join(SOURCE, file), 'utf8');
}

/** The subject of a file: the folder of src that it is in. */
export function subjectOf(file: string): string {
  return file.split('/')[0] ?? '';
}

/** What each subject imports, by name. */
export function arrows(): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const subject of new Set(FILES.map(subjectOf))) found.set(subject, new Set());
  for (const { file, target } of INNER) {
    if (subjectOf(file) !== subjectOf(target)) found.get(subjectOf(file))?.add(subjectOf(target));
  }
  return found;
}

const BEGIN = '<!-- picture: made by `npm run picture` from the imports -->\n';
const END = '<!-- end of the picture -->\n';

/** `page` with the picture of the house as it is now. */
export function withPicture(page: string): string {
  const start = page.indexOf(BEGIN) + BEGIN.length;
  const end = page.indexOf(END);
  if (start < BEGIN.length || end < start) throw new Error('the page has no place for a picture');
  return `${page.slice(0, start)}\n${picture()}\n${page.slice(end)}`;
}

/** A Mermaid graph. An arrow that others lead to as well is left out: it would hide them. */
function picture(): string {
  const all = arrows();
  const reaches = (from: string, to: string): boolean =>
    [...(all.get(from) ?? [])].some((next) => next === to || reaches(next, to));
  const lines = [...all].toSorted(byName).flatMap(([from, targets]) =>
    [...targets]
      .toSorted()
      .filter((to) => ![...targets].some((other) => other !== to && reaches(other, to)))
      .map((to) => `  ${from} --> ${to}`),
  );
  return ['```mermaid', 'graph TD', ...lines, '```', ''].join('\n');
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
