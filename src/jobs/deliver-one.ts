import { BroadsheetError, reasonOf } from '../base/errors.ts';
import { buildMessage } from '../mail/build-message.ts';
import type { Edition } from '../model/edition.ts';
import type { Message } from '../model/message.ts';
import type { NewsletterSettings } from '../model/settings.ts';
import type { Outcome } from '../smtp/outcome.ts';
import type { Relay } from '../smtp/relay.ts';
import { type ClaimedDelivery, giveBack, markSubmitting, recordVerdict } from '../store/claims.ts';
import { storedInstant } from '../store/instants.ts';
import type { Commit } from './group-commit.ts';
import type { SendDependencies } from './mail-dependencies.ts';
import { verdictOf } from './verdict-of.ts';

/** What one run of sending works on. */
export interface DeliveryRun {
  readonly deps: SendDependencies;
  readonly newsletter: NewsletterSettings;
  readonly edition: Edition;
  /** When the edition was first sent: the date of its messages, also of those that come later. */
  readonly date: Temporal.Instant;
  readonly relay: Relay;
  /** Id of the sender whose lease this runs under. */
  readonly sender: string;
}

/**
 * Sends one claimed delivery and writes what came of it into the ledger; the delivery goes back
 * to the queue when that was nobody's failure. Throws when the ledger cannot be written.
 */
export async function deliverOne(
  run: DeliveryRun,
  delivery: ClaimedDelivery,
  commit: Commit,
): Promise<Outcome> {
  const { deps, relay, sender } = run;
  const held = () => ({ id: delivery.id, sender, at: storedInstant(deps.clock()) });
  const built = await build(run, delivery);
  const messageId = 'messageId' in built ? built.messageId : '';
  const outcome =
    'kind' in built
      ? built
      : await relay.send(built, () => commit((db) => markSubmitting(db, { ...held(), messageId })));
  if (outcome.kind === 'relayTrouble' || outcome.kind === 'withheld') {
    // Withheld: somebody else holds it now, or the subscriber left, which the next claim notes.
    await commit((db) => giveBack(db, held()));
    return outcome;
  }
  const verdict = verdictOf(outcome, {
    messageId,
    relay: relay.name,
    attempts: delivery.attempts,
    now: deps.clock(),
    jitter: deps.chance(),
  });
  await commit((db) => recordVerdict(db, held(), verdict));
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
