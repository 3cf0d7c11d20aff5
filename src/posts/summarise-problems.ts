import type { Problem } from '../kernel/problem.ts';

/** Problems of one kind: the first one, and the number of others. */
export interface ProblemKind {
  readonly first: Problem;
  readonly others: number;
}

export interface ProblemSummary {
  readonly kinds: readonly ProblemKind[];
  /** How many problems are of kinds that are not listed. */
  readonly untold: number;
  /** Whether problems were grouped by kind, not listed one by one. */
  readonly summedUp: boolean;
}

/**
 * Returns `problems` one by one if they are at most `most`. Otherwise one of each kind, the most
 * frequent kinds first, at most `most` kinds.
 */
export function summariseProblems(problems: readonly Problem[], most: number): ProblemSummary {
  if (problems.length <= most) {
    return { kinds: problems.map((first) => ({ first, others: 0 })), untold: 0, summedUp: false };
  }
  const kinds = [...Map.groupBy(problems, kindOf).values()]
    .flatMap(([first, ...others]) => (first ? [{ first, others: others.length }] : []))
    .sort((one, other) => other.others - one.others);
  const untold = kinds.slice(most).reduce((sum, { others }) => sum + others + 1, 0);
  return { kinds: kinds.slice(0, most), untold, summedUp: true };
}

/** The message without its quotes from the post. */
function kindOf({ message }: Problem): string {
  return message.replace(/\{\{.*?\}\}|"[^"]*"|\d+/gs, '…');
}
