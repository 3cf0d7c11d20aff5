import { silentLog } from '../../base/log.ts';
import { buildFeeds } from '../feeds/build-feeds.ts';
import { answerOrder } from './answer-order.ts';
import type { BuildOrder } from './build-apart.ts';

// A program of its own: builds the feeds once.

answerOrder(({ config, now }: BuildOrder) =>
  buildFeeds(config, { now: Temporal.Instant.from(now), log: silentLog }),
);
