import { visibleLine } from './visible-text.ts';

/** A problem in a file that a person wrote: a warning, or the reason why a post is left out. */
export interface Problem {
  /** The path as the user would type it, or relative to the posts folder, with `/`. */
  readonly file: string;
  /** 1 is the first line. */
  readonly line?: number;
  /** 1 is the first column. */
  readonly column?: number;
  /** The fact and the remedy, in one sentence without the place. */
  readonly message: string;
}

/** `file:line:column  message` on one line. Compilers use this format, and editors jump to the place. */
export function formatProblem(problem: Problem): string {
  const line = problem.line === undefined ? '' : `:${problem.line}`;
  const column =
    problem.line === undefined || problem.column === undefined ? '' : `:${problem.column}`;
  return `${visibleLine(problem.file)}${line}${column}  ${visibleLine(problem.message)}`;
}
