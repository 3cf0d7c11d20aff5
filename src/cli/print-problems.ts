import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { formatProblem, type Problem } from '../kernel/problem.ts';
import { type PostNotes, summariseProblems } from '../posts/report-posts.ts';
import type { Context } from './context.ts';
import { formatCount, plural, shortPath } from './format.ts';
import type { Terminal } from './terminal.ts';

/** Up to how many warnings are printed one by one. */
const MOST_WARNINGS = 20;

/**
 * Prints warnings and left-out posts to standard error, with paths that an editor can open from the
 * working folder. Many warnings are summed up unless `verbose`; left-out posts are always named.
 */
export function printProblems(
  { posts, warnings }: PostNotes,
  { config, verbose }: Pick<Context, 'config' | 'verbose'>,
  terminal: Terminal,
): void {
  const located = (problem: Problem) => formatProblem(fromHere(problem, config.folders.posts));
  const warning = terminal.paintErr('yellow', 'warning');
  const summary = summariseProblems(warnings, verbose ? Number.POSITIVE_INFINITY : MOST_WARNINGS);
  for (const { first, others } of summary.kinds) {
    const more = others === 0 ? '' : ` (and ${formatCount(others)} more like it)`;
    terminal.err(`${warning}  ${located(first)}${more}`);
  }
  if (summary.untold > 0) {
    terminal.err(`${warning}  and ${plural(summary.untold, 'more', 'more')} of other kinds`);
  }
  if (summary.summedUp) {
    terminal.err(`${plural(warnings.length, 'warning')} in all; --verbose shows each`);
  }
  for (const { reason, ...place } of posts.leftOut) {
    const line = located({ ...place, message: reason });
    terminal.err(`${terminal.paintErr('red', 'left out')}  ${line}`);
  }
}

/** Prints a line for each warning to standard error. */
export function printWarnings(warnings: readonly Problem[], terminal: Terminal): void {
  for (const warning of warnings) {
    terminal.err(`${terminal.paintErr('yellow', 'warning')}  ${formatProblem(warning)}`);
  }
}

/** A post's problem names its file relative to the posts folder; any other path stays unchanged. */
function fromHere(problem: Problem, postsFolder: string): Problem {
  const path = resolve(postsFolder, problem.file);
  return existsSync(path) ? { ...problem, file: shortPath(path) } : problem;
}

/** The result for the posts, in one line. */
export function formatPosts({
  read,
  published,
  drafts,
  future,
  leftOut,
}: PostNotes['posts']): string {
  const others = [
    plural(drafts, 'draft'),
    `${formatCount(future)} dated in the future`,
    `${formatCount(leftOut.length)} left out`,
  ];
  return `${plural(read, 'post')} read, ${formatCount(published)} published (${others.join(', ')})`;
}
