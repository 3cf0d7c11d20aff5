import { isTakenAway, type PostChange, type PostChangeKind } from '../editions/post-change.ts';
import type { Terminal } from './terminal.ts';

const WORDS: Readonly<Record<PostChangeKind, string>> = {
  changed: 'was changed',
  retitled: 'has another title',
  moved: 'has another address',
  gone: 'was deleted',
  draft: 'is a draft now',
  future: 'is dated in the future now',
  broken: 'is broken, and left out of the feeds',
};

/** Prints the changes to an edition's posts after it was composed, to standard error. */
export function printPostChanges(changes: readonly PostChange[], terminal: Terminal): void {
  for (const change of changes) {
    const isAway = isTakenAway(change);
    const label = terminal.paintErr(isAway ? 'red' : 'yellow', isAway ? 'removed' : 'changed');
    const since = 'since the edition was composed';
    terminal.err(`${label}  ${change.file}  "${change.title}" ${WORDS[change.kind]} ${since}`);
  }
}
