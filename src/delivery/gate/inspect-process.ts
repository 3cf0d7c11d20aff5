import { answerOrder } from '../../kernel/apart/answer-order.ts';
import type { InspectOrder } from './inspect-edition.ts';
import { inspectSample } from './inspect-sample.ts';

// The program of the process that inspects an edition for the service.

answerOrder(({ config, now, newsletter, edition }: InspectOrder) => {
  const instant = Temporal.Instant.from(now);
  return inspectSample({ config, clock: () => instant }, newsletter, edition);
});
