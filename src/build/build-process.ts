import { answerOrder } from '../kernel/apart/answer-order.ts';
import { silentLog } from '../kernel/log.ts';
import type { BuildOrder } from './build-apart.ts';
import { buildFeeds } from './build-feeds.ts';

// The program of the build process: builds the feeds once.

answerOrder(({ config, now }: BuildOrder) =>
  buildFeeds(config, { now: Temporal.Instant.from(now), log: silentLog }),
);
