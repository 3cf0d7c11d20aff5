import type { BuildReport } from '../feeds/build/build-report.ts';
import type { EventLog, Facts } from '../kernel/log.ts';
import type { Problem } from '../kernel/problem.ts';
import { summariseProblems } from '../posts/summarise-problems.ts';

/** How many warnings of one build are still logged one by one. */
const MOST_WARNINGS = 20;

/**
 * Logs what is wrong with posts, once: what was wrong in the same way at the last build is not said
 * again, and what has come back is. Many warnings are summed up, one for each kind; a post that is
 * left out is always named.
 */
export function openPostNotes(log: EventLog): (report: BuildReport) => void {
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
    const facts = others === 0 ? factsOf(first) : { ...factsOf(first), moreLikeIt: others };
    log.trouble('warning about a post', facts);
  }
  if (summedUp) {
    log.trouble('many posts have warnings; `broadsheet check --verbose` shows each', {
      warnings: warnings.length,
    });
  }
}

/** Gives those problems, each once, that were not among those of the call before. */
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
  return {
    file,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    reason: message,
  };
}
