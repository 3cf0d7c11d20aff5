import { BroadsheetError, reasonOf } from '../base/errors.ts';
import { buildMessage } from '../mail/build-message.ts';
import type { Edition } from '../model/edition.ts';
import type { Message } from '../model/message.ts';
import type { NewsletterSettings } from '../model/settings.ts';
import type { Outcome } from '../smtp/outcome.ts';
import type { ClaimedDelivery } from '../store/claims.ts';
import type { Ledger } from './ledger.ts';
import type { SendDependencies } from './mail-dependencies.ts';
import type { Route } from './routes.ts';
import { verdictOf } from './verdict-of.ts';

/** What one run of sending works on. */
export interface DeliveryRun {
  readonly deps: SendDependencies;
  readonly newsletter: NewsletterSettings;
  readonly edition: Edition;
  /** When the edition was first sent: the date of its messages, also of those that come later. */
  readonly date: Temporal.Instant;
  /** Id of the sender whose lease this runs under. */
  readonly sender: string;
}

/**
 * Sends one claimed delivery over a route, and hands the ledger what came of it; the delivery goes
 * back to the queue when that was nobody's failure. Throws when the ledger cannot be written.
 */
export async function deliverOne(
  run: DeliveryRun,
  { ledger, route }: { readonly ledger: Ledger; readonly route: Route },
  delivery: ClaimedDelivery,
): Promise<Outcome> {
  const { deps } = run;
  const { id } = delivery;
  const built = await build(run, delivery);
  const messageId = 'messageId' in built ? built.messageId : '';
  const submit = () => {
    route.quota.count(ledger, deps.machineClock().epochMilliseconds);
    return ledger.submit({ id, messageId });
  };
  const outcome = 'kind' in built ? built : await route.relay.send(built, submit);
  if (outcome.kind === 'relayTrouble' || outcome.kind === 'withheld') {
    // Withheld: somebody else holds it now, the subscriber left, or the edition was paused.
    ledger.giveBack(id);
    return outcome;
  }
  const facts = {
    relay: route.account.id,
    attempts: delivery.attempts,
    now: deps.clock(),
    jitter: deps.chance(),
  };
  ledger.record({ id, messageId, ...verdictOf(outcome, facts) });
  return outcome;
}

/** The message; as a failure where one subscriber's can't be built, which must not stop the others. */
async function build(run: DeliveryRun, delivery: ClaimedDelivery): Promise<Message | Outcome> {
  const { config } = run.deps;
  const { subscriber: id, address, name } = delivery;
  try {
    return await buildMessage({
      edition: run.edition,
      newsletter: run.newsletter,
      subscriber: { id, address, ...(name === undefined ? {} : { name }) },
      publicUrl: config.publicUrl,
      secrets: config.secrets,
      date: run.date,
    });
  } catch (error) {
    if (error instanceof BroadsheetError) throw error;
    const text = `the message could not be built: ${reasonOf(error)}`;
    return { kind: 'failed', replyClass: 'policy', reply: { code: 0, text } };
  }
}
