import { lstatSync } from 'node:fs';
import { resolve } from 'node:path';
import { formatFinding, type GateFinding } from '../delivery/gate/finding.ts';
import { formatProblem, type Problem } from '../kernel/problem.ts';
import { visibleLine } from '../kernel/visible-text.ts';
import type { JoinReason } from '../posts/post.ts';
import { type PostNotes, summariseProblems } from '../posts/report-posts.ts';
import type { Config } from '../settings/config.ts';
import { formatCount, plural, shortPath } from './format.ts';
import type { Terminal } from './terminal.ts';

/** Up to how many warnings, and left-out posts, are printed one by one. */
const MOST_WARNINGS = 20;

/**
 * Prints warnings and left-out posts to standard error, with paths that an editor can open from the
 * working folder. If there are many, one of each kind is printed unless `verbose`.
 */
export function printProblems(
  { posts, warnings }: PostNotes,
  {
    config,
    verbose,
    terminal,
  }: { readonly config: Config; readonly verbose: boolean; readonly terminal: Terminal },
): void {
  const located = (problem: Problem) => {
    // A post's problem names its file relative to the posts folder; any other path stays unchanged.
    const path = resolve(config.folders.posts, problem.file);
    return formatProblem(isThere(path) ? { ...problem, file: shortPath(path) } : problem);
  };
  const most = verbose ? Number.POSITIVE_INFINITY : MOST_WARNINGS;
  const print = (
    problems: readonly Problem[],
    line: (text: string) => void,
    nouns: readonly [string, string],
  ) => {
    const summary = summariseProblems(problems, most);
    for (const { first, others } of summary.kinds) {
      const more = others === 0 ? '' : ` (and ${formatCount(others)} more like it)`;
      line(`${located(first)}${more}`);
    }
    if (summary.unlisted > 0)
      line(`and ${plural(summary.unlisted, 'more', 'more')} of other kinds`);
    if (summary.summedUp) {
      terminal.err(`${plural(problems.length, ...nouns)} in all; --verbose shows each`);
    }
  };
  print(warnings, (text) => warn(text, terminal), ['warning', 'warnings']);
  print(
    posts.leftOut.map(({ reason, ...place }) => ({ ...place, message: reason })),
    (text) => terminal.err(`${terminal.paintErr('red', 'left out')}  ${text}`),
    ['post left out', 'posts left out'],
  );
}

/** Whether there is something, be it a link that leads nowhere. */
function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Prints a line for each warning to standard error. */
export function printWarnings(warnings: readonly Problem[], terminal: Terminal): void {
  for (const warning of warnings) warn(formatProblem(warning), terminal);
}

/** Prints what the gate found in an edition to standard error, the errors first. */
export function printFindings(
  findings: readonly (GateFinding & { readonly newsletter?: string })[],
  terminal: Terminal,
): void {
  for (const finding of findings) {
    const of = finding.newsletter === undefined ? '' : `${finding.newsletter}  `;
    const line = visibleLine(`${of}${formatFinding(finding)}`);
    if (finding.level === 'warning') warn(line, terminal);
    else terminal.err(`${terminal.paintErr('red', 'error')}    ${line}`);
  }
}

/** Prints one warning to standard error. */
export function warn(text: string, terminal: Terminal): void {
  terminal.err(`${terminal.paintErr('yellow', 'warning')}  ${text}`);
}

const REASONS: Readonly<Record<JoinReason, string>> = {
  title: 'equal titles without the label',
  copy: 'the same second and almost the same text',
};

/** Prints which posts tell the same story to standard error: at most 20 stories unless `verbose`. */
export function printJoins(
  { posts: { joins } }: PostNotes,
  { verbose, terminal }: { readonly verbose: boolean; readonly terminal: Terminal },
): void {
  const listed = verbose ? joins : joins.slice(0, MOST_WARNINGS);
  for (const { shown, others, because } of listed) {
    const reasons = because.map((reason) => REASONS[reason]).join('; ');
    const line = `${shown} tells the story of ${others.join(', ')} (${reasons})`;
    terminal.err(`${terminal.paintErr('cyan', 'one story')}  ${line}`);
  }
  const rest = joins.length - listed.length;
  if (rest > 0)
    terminal.err(
      `and ${plural(rest, 'more story', 'more stories')} of several posts; --verbose shows each`,
    );
}

/** The result for the posts, in one line. */
export function formatPosts({
  read,
  published,
  items,
  joined,
  drafts,
  future,
  hidden,
  expired,
  leftOut,
}: PostNotes['posts']): string {
  const others = [
    plural(drafts, 'draft'),
    `${formatCount(future)} dated in the future`,
    ...(hidden > 0 ? [`${formatCount(hidden)} hidden`] : []),
    ...(expired > 0 ? [`${formatCount(expired)} expired`] : []),
    `${formatCount(leftOut.length)} left out`,
  ];
  const stories =
    joined === 0 ? '' : `, as ${plural(items, 'story', 'stories')} (${formatCount(joined)} joined)`;
  return `${plural(read, 'post')} read, ${formatCount(published)} published (${others.join(', ')})${stories}`;
}

/** How many files of other formats there are, in one line; none if there are none. */
export function formatOtherFormats({ otherFormats = {} }: PostNotes['posts']): readonly string[] {
  const counts = Object.entries(otherFormats).toSorted(([, one], [, other]) => other - one);
  if (counts.length === 0) return [];
  const files = counts.reduce((sum, [, count]) => sum + count, 0);
  const kinds = counts.map(([ending, count]) => `${formatCount(count)} ${ending}`).join(', ');
  const are = files === 1 ? 'file of another format is' : 'files of other formats are';
  return [`${formatCount(files)} ${are} not read: ${kinds}`];
}
