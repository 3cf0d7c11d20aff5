import { storedInstant } from '../../database/instants.ts';
import { retryDelaySeconds } from '../../kernel/retry-delay.ts';
import type { Verdict } from '../queries/verdicts.ts';
import type { ReplyClass } from '../refusals.ts';
import type { Outcome } from '../relay/outcome.ts';

/** Outcomes that the ledger records. */
export type DeliveryOutcome = Exclude<Outcome, { readonly kind: 'withheld' }>;

/** How long a refusal waits, if its run does not find out whom it is about (or dies before). */
const UNSETTLED_SECONDS = 3600;

/**
 * The ledger's verdict for an outcome. A deferred delivery gets the time of its retry, and `jitter`
 * in [0, 1) makes it later. `attempts` counts the earlier attempts at a relay. Refusals are
 * deferred at first: the run settles them when it knows whom they are about (`openRefusals`).
 */
export function verdictOf(
  outcome: DeliveryOutcome,
  facts: {
    readonly relay: string;
    readonly attempts: number;
    readonly now: Temporal.Instant;
    readonly jitter: number;
  },
): Omit<Verdict, 'id' | 'messageId'> {
  const common = { relay: facts.relay, reply: outcome.reply };
  const after = (seconds: number) => storedInstant(facts.now.add({ seconds }));
  switch (outcome.kind) {
    case 'accepted':
    case 'inDoubt':
      return { ...common, state: outcome.kind };
    case 'limited':
      return { ...common, state: 'queued', replyClass: outcome.limit };
    case 'relayTrouble':
      return unsettled('relay');
    case 'failed':
      // Code 0: no relay refused it; it could not be sent to this one address at all.
      if (outcome.reply.code > 0) return unsettled(outcome.replyClass);
      return { ...common, state: 'failed', replyClass: outcome.replyClass };
    case 'deferred': {
      const seconds = retryDelaySeconds(facts.attempts + 1, facts.jitter);
      const { replyClass } = outcome;
      return { ...common, state: 'deferred', replyClass, retryAt: after(seconds) };
    }
  }

  function unsettled(replyClass: ReplyClass) {
    const retryAt = after(UNSETTLED_SECONDS);
    return { ...common, state: 'deferred', replyClass, retryAt } as const;
  }
}
