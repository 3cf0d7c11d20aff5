import { silentLog } from '../../base/log.ts';
import { findPostChanges } from '../editions/find-post-changes.ts';
import { answerOrder } from './answer-order.ts';
import type { ChangesOrder } from './changes-apart.ts';

// A program of its own: finds what became of the posts of an edition.

answerOrder(async ({ config, now, edition }: ChangesOrder) => {
  const instant = Temporal.Instant.from(now);
  return findPostChanges({ config, clock: () => instant, log: silentLog }, edition);
});
