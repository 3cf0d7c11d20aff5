import { storedInstant } from '../../database/instants.ts';
import type { Edition } from '../../editions/edition.ts';
import { reasonOf } from '../../kernel/errors.ts';
import type { Message } from '../message/message.ts';
import type { MessageTemplate } from '../message/prepare-messages.ts';
import type { ClaimedDelivery } from '../queries/claims.ts';
import type { Outcome } from '../relay/outcome.ts';
import type { SendDependencies } from '../send-dependencies.ts';
import type { Ledger } from './ledger.ts';
import type { Route } from './routes.ts';
import { verdictOf } from './verdict-of.ts';

/** What one run works on. */
export interface DeliveryRun {
  readonly deps: SendDependencies;
  readonly edition: Edition;
  readonly template: MessageTemplate;
  /** Id of the sender whose lease this run uses. */
  readonly sender: string;
}

/**
 * Sends one claimed delivery over a route, and records its outcome in the ledger. Requeues the
 * delivery if the relay did not judge it. Throws if the ledger cannot be written.
 */
export async function deliverOne(
  run: DeliveryRun,
  { ledger, route }: { readonly ledger: Ledger; readonly route: Route },
  delivery: ClaimedDelivery,
): Promise<Outcome> {
  const { deps } = run;
  const { id } = delivery;
  // The copy of a message in doubt is the same message, and keeps the date of the first one.
  const date = delivery.firstDate ?? storedInstant(deps.clock());
  const built = build(run, delivery, date);
  const messageId = 'messageId' in built ? built.messageId : '';
  const submit = () => {
    route.quota.count(ledger);
    return ledger.submit({ id, messageId, date });
  };
  const outcome = 'kind' in built ? built : await route.relay.send(built, submit);
  if (outcome.kind === 'withheld' || isNobodys(outcome)) {
    // Withheld: another sender has claimed it, the subscriber left, or the edition was paused.
    ledger.giveBack(id);
    return outcome;
  }
  const facts = {
    relay: route.account.id,
    attempts: delivery.attempts,
    now: deps.clock(),
    jitter: deps.random(),
  };
  ledger.record({ id, messageId, ...verdictOf(outcome, facts) });
  return outcome;
}

/** Whether the relay stopped before it got this reader's address: the delivery is requeued unchanged. */
export function isNobodys(outcome: Outcome): boolean {
  return outcome.kind === 'relayTrouble' && outcome.recipientNamed !== true;
}

/**
 * The message. If one subscriber's message can't be built, returns a failure: it must not stop the
 * others.
 */
function build(
  { template }: DeliveryRun,
  delivery: ClaimedDelivery,
  date: string,
): Message | Outcome {
  const { subscriber: id, address, name } = delivery;
  try {
    const recipient = { id, address, ...(name === undefined ? {} : { name }) };
    return template.fill(recipient, Temporal.Instant.from(date));
  } catch (error) {
    const text = `the message could not be built: ${reasonOf(error)}`;
    return { kind: 'failed', replyClass: 'policy', reply: { code: 0, text } };
  }
}
