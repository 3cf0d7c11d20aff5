import type { BuildReport } from '../feeds/build/build-report.ts';
import type { EventLog, Facts } from '../kernel/log.ts';
import type { Problem } from '../kernel/problem.ts';
import { summariseProblems } from '../posts/report-posts.ts';

/** Up to how many warnings of one build are logged one by one. */
const MOST_WARNINGS = 20;

/**
 * Logs problems with posts, each once. A problem that was there at the last build is not logged again;
 * one that disappeared and returned is. Many warnings are summed up, one line for each kind. A post that
 * is left out is always named.
 */
export function openProblemLog(log: EventLog): (report: BuildReport) => void {
  const newLeftOut = rememberLast();
  const newWarnings = rememberLast();
  return ({ posts, warnings }) => {
    const leftOut = posts.leftOut.map(({ reason, ...place }) => ({ ...place, message: reason }));
    for (const problem of newLeftOut(leftOut)) log.trouble('a post is left out', factsOf(problem));
    logWarnings(newWarnings(warnings), log);
  };
}

function logWarnings(warnings: readonly Problem[], log: EventLog): void {
  const { kinds, summedUp } = summariseProblems(warnings, MOST_WARNINGS);
  for (const { first, others } of kinds) {
    log.trouble('warning about a post', { ...factsOf(first), moreLikeIt: others || undefined });
  }
  if (summedUp) {
    log.trouble('many posts have warnings; `broadsheet check --verbose` shows each', {
      warnings: warnings.length,
    });
  }
}

/** Returns the problems that were not in the previous call, each once. */
function rememberLast(): (problems: readonly Problem[]) => readonly Problem[] {
  let before = new Set<string>();
  return (problems) => {
    const now = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
    const fresh = [...now].filter(([key]) => !before.has(key)).map(([, problem]) => problem);
    before = new Set(now.keys());
    return fresh;
  };
}

function factsOf({ file, line, column, message }: Problem): Facts {
  return { file, line, column, reason: message };
}
