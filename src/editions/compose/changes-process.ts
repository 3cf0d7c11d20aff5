import { answerOrder } from '../../kernel/apart/answer-order.ts';
import { silentLog } from '../../kernel/log.ts';
import { type ChangesOrder, findPostChanges } from './find-post-changes.ts';

// The program of the process that finds changes in the posts of an edition.

answerOrder(async ({ config, now, edition }: ChangesOrder) => {
  const instant = Temporal.Instant.from(now);
  return findPostChanges({ config, clock: () => instant, log: silentLog }, edition);
});
