import { retryDelaySeconds } from '../../model/retry-delay.ts';
import type { Outcome } from '../../smtp/outcome.ts';
import { storedInstant } from '../../store/instants.ts';
import type { Verdict } from '../../store/verdicts.ts';

/** Outcomes that are something about the delivery; the others are about the relay or about us. */
export type DeliveryOutcome = Exclude<Outcome, { readonly kind: 'relayTrouble' | 'withheld' }>;

/**
 * What the ledger notes of an outcome: for a deferred delivery when it is due again, `jitter` in
 * [0, 1) later than it would have to be. `attempts` is how often a relay was asked before.
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
  const common = { state: outcome.kind, relay: facts.relay, reply: outcome.reply };
  switch (outcome.kind) {
    case 'accepted':
    case 'inDoubt':
      return common;
    case 'failed':
      return { ...common, replyClass: outcome.replyClass };
    case 'deferred': {
      const seconds = retryDelaySeconds(facts.attempts + 1, facts.jitter);
      const retryAt = storedInstant(facts.now.add({ seconds }));
      return { ...common, replyClass: outcome.replyClass, retryAt };
    }
  }
}
