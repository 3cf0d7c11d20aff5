import type { EventLog } from '../../base/log.ts';
import type { BuildReport } from '../feeds/build-report.ts';

/**
 * Logs what is wrong with posts, once: what was wrong in the same way at the last build is not said
 * again, and what has come back is.
 */
export function openPostNotes(log: EventLog): (report: BuildReport) => void {
  let before = new Set<string>();
  return ({ posts, warnings }) => {
    const notes = [
      ...posts.leftOut.map((post) => ({ message: 'a post is left out', facts: { ...post } })),
      ...warnings.map(({ message: reason, ...place }) => ({
        message: 'a post has something to look at',
        facts: { ...place, reason },
      })),
    ];
    const now = new Set<string>();
    for (const { message, facts } of notes) {
      const key = JSON.stringify([message, facts]);
      if (!before.has(key) && !now.has(key)) log.trouble(message, facts);
      now.add(key);
    }
    before = now;
  };
}
