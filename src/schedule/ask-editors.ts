import { errorsOf } from '../delivery/gate/finding.ts';
import { inspectEdition } from '../delivery/gate/inspect-edition.ts';
import { approvalCopy } from '../delivery/message/approval-copy.ts';
import type { Message } from '../delivery/message/message.ts';
import { buildMessage } from '../delivery/message/prepare-messages.ts';
import { signToken } from '../delivery/message/signed-token.ts';
import { openRelays } from '../delivery/relay/open-relays.ts';
import type { ServiceDependencies } from '../delivery/send-dependencies.ts';
import { findEdition, type StoredEdition } from '../editions/queries/editions.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import type { NewsletterSettings } from '../settings/settings.ts';
import { countSubscribers } from '../subscribers/queries/subscribers.ts';
import { notifyOnce } from './notify-once.ts';
import { findSlots } from './queries/slots.ts';

/** How long the link in the mail is valid. */
const LINK_DAYS = 7;

/**
 * Mails the editor each edition that waits for approval and has no mail yet, over the first relay that
 * accepts it. A failed mail is tried again at a later call. An editor gets at least one mail; a second
 * copy has the same Message-ID.
 */
export async function askEditors(deps: ServiceDependencies, signal: AbortSignal): Promise<void> {
  const { store, config, log } = deps;
  for (const slot of await findSlots(store.db, { states: ['approval'], pending: 'approval' })) {
    if (signal.aborted) return;
    const newsletter = config.newsletters.find(({ id }) => id === slot.newsletter);
    if (newsletter?.editor === undefined || slot.edition === undefined) continue;
    const { editor } = newsletter;
    const stored = await findEdition(store.db, slot.edition);
    if (stored?.pause?.by !== 'approval') continue;
    await notifyOnce(deps, 'approval', [{ slot }], async () => {
      const message = await makeMessage(deps, newsletter, stored, editor);
      const trouble = await sendOverAny(deps, message);
      const facts = { newsletter: slot.newsletter, day: slot.day, edition: stored.edition.id };
      if (trouble === undefined) log.event('the editor was asked for approval', facts);
      else log.trouble(`the editor could not be asked: ${trouble}`, facts);
      return trouble === undefined;
    });
  }
}

async function makeMessage(
  deps: ServiceDependencies,
  newsletter: NewsletterSettings,
  { edition }: StoredEdition,
  editor: EmailAddress,
): Promise<Message> {
  const { config, store, textsOf } = deps;
  const { publicUrl, serviceUrl, secrets, dkim } = config;
  const { id, name, language } = newsletter;
  const { text } = textsOf(language);
  const date = Temporal.Instant.from(edition.composedAt);
  const expiresAt = date.add({ hours: LINK_DAYS * 24 });
  const token = signToken('approve', [edition.id, edition.composedAt], { secrets, expiresAt });
  const count = await countSubscribers(store.db, id);
  const findings = await inspectEdition(deps, newsletter, edition);
  const heading = findings.length > 0 ? [text('mail.approval.findings')] : [];
  const isFailing = errorsOf(findings).length > 0;
  const copy = approvalCopy(edition, {
    question: text('mail.approval.question', { newsletter: name, day: edition.day, count }),
    findings: [
      ...heading,
      ...findings.map(
        ({ level, check, fact, remedy }) => `${level} (${check}): ${fact}; ${remedy}`,
      ),
      ...(isFailing ? [text('mail.approval.failing', { edition: edition.id })] : []),
    ],
    otherwise: text('mail.approval.otherwise', { edition: edition.id }),
    link:
      serviceUrl === undefined
        ? undefined
        : { url: `${serviceUrl}approve/${token}`, label: text('mail.approval.link') },
  });
  return buildMessage({
    ...{ edition: copy, newsletter, publicUrl, serviceUrl, secrets, dkim, date },
    subscriber: { id: 'editor', address: editor },
    ...{ test: true, mark: text('mail.approval.mark') },
  });
}

/** Undefined if a relay accepted the message, else the error of the last relay. */
async function sendOverAny(
  deps: ServiceDependencies,
  message: Message,
): Promise<string | undefined> {
  let trouble = 'there is no relay';
  for (const { relay } of openRelays(deps, { connections: 1 })) {
    try {
      const outcome = await relay.send(message, async () => true);
      if (outcome.kind === 'accepted') return undefined;
      trouble = 'reply' in outcome ? outcome.reply.text : outcome.kind;
    } finally {
      await relay.close();
    }
  }
  return trouble;
}
