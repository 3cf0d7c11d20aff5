import type { EmailAddress } from '../../kernel/email-address.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import { buildMessage } from '../message/prepare-messages.ts';
import { openAccount } from '../relay/open-relays.ts';
import type { Relay } from '../relay/relay.ts';
import type { SendDependencies } from '../send-dependencies.ts';
import { reportEdition, type SendPreparation, type TestReport } from './send-report.ts';

/** The subscriber of a test message. Nobody has this id, so its links end no subscription. */
const NOBODY = 'test';

/**
 * Sends the edition that `prepareSend` found to `to` only, marked as a test. It does not use the
 * ledger: nothing is stored. Throws if the relay is unavailable.
 */
export async function sendTest(
  deps: SendDependencies,
  { edition }: Exclude<SendPreparation, { readonly kind: 'nothingNew' }>,
  to: readonly EmailAddress[],
): Promise<TestReport> {
  const { config } = deps;
  const newsletter = findNewsletter(config, edition.newsletter);
  const { relay } = openAccount(deps, config.relays[0]);
  const messages: TestReport['messages'][number][] = [];
  try {
    for (const address of to) {
      const message = await buildMessage({
        ...config,
        edition,
        newsletter,
        subscriber: { id: NOBODY, address },
        date: deps.clock(),
        test: true,
      });
      const outcome = await relay.send(message, async () => true);
      if (outcome.kind === 'relayTrouble') throw relayIsAway(relay, outcome.reply.text);
      const accepted = outcome.kind === 'accepted';
      const reply = 'reply' in outcome ? outcome.reply : { code: 0, text: '' };
      messages.push({ to: address, messageId: message.messageId, accepted, reply });
    }
  } finally {
    await relay.close();
  }
  return { edition: reportEdition(edition), messages };
}

function relayIsAway(relay: Relay, text: string): BroadsheetError {
  const remedy = 'run the command again when it works';
  return new BroadsheetError(EXIT.unavailable, `the relay ${relay.name} ${text}; ${remedy}`);
}
