import { storedInstant } from '../database/instants.ts';
import { approvalCopy } from '../delivery/message/approval-copy.ts';
import type { Message } from '../delivery/message/message.ts';
import { buildMessage } from '../delivery/message/prepare-messages.ts';
import { signToken } from '../delivery/message/signed-token.ts';
import { openRelays } from '../delivery/relay/open-relays.ts';
import type { ServiceDependencies } from '../delivery/send-dependencies.ts';
import { findEdition, type StoredEdition } from '../editions/queries/editions.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import type { NewsletterSettings } from '../settings/settings.ts';
import { countActive } from '../subscribers/queries/subscribers.ts';
import { claimSlot } from './queries/slots.ts';
import { noteAsked, unaskedSlots } from './queries/untold-slots.ts';
import { newLease } from './slot-lease.ts';

/** How long the link in the mail is valid. */
const LINK_DAYS = 7;
/** A failed mail is tried again after this time. */
const LEASE_SECONDS = 120;

/**
 * Mails the editor each edition that waits for approval and has no mail yet, over the first relay that
 * accepts it. A failed mail is tried again at the next call. An editor gets at least one mail; a second
 * copy has the same Message-ID.
 */
export async function askEditors(deps: ServiceDependencies, signal: AbortSignal): Promise<void> {
  const { store, config, clock, log } = deps;
  for (const slot of await unaskedSlots(store.db)) {
    if (signal.aborted) return;
    const newsletter = config.newsletters.find(({ id }) => id === slot.newsletter);
    const stored =
      slot.edition === undefined ? undefined : await findEdition(store.db, slot.edition);
    if (newsletter?.editor === undefined || stored?.pause?.by !== 'approval') continue;
    if (!(await claimSlot(store.db, slot, ['approval'], await newLease(store, LEASE_SECONDS))))
      continue;
    const facts = { newsletter: slot.newsletter, day: slot.day, edition: stored.edition.id };
    const message = await makeMessage(deps, newsletter, stored, newsletter.editor);
    const trouble = await sendOverAny(deps, message);
    if (trouble === undefined) {
      await noteAsked(store.db, slot, storedInstant(clock()));
      log.event('the editor was asked for approval', facts);
    } else log.trouble(`the editor could not be asked: ${trouble}`, facts);
  }
}

async function makeMessage(
  { config, store, textsOf }: ServiceDependencies,
  newsletter: NewsletterSettings,
  { edition }: StoredEdition,
  editor: EmailAddress,
): Promise<Message> {
  const { publicUrl, serviceUrl, secrets } = config;
  const { text } = textsOf(newsletter.language);
  const date = Temporal.Instant.from(edition.composedAt);
  const expiresAt = date.add({ hours: LINK_DAYS * 24 });
  const token = signToken('approve', [edition.id, edition.composedAt], { secrets, expiresAt });
  const count = await countActive(store.db, newsletter.id);
  const copy = approvalCopy(edition, {
    question: text('mail.approval.question', {
      newsletter: newsletter.name,
      day: edition.day,
      count,
    }),
    otherwise: text('mail.approval.otherwise', { edition: edition.id }),
    ...(serviceUrl === undefined
      ? {}
      : { link: { url: `${serviceUrl}approve/${token}`, label: text('mail.approval.link') } }),
  });
  return buildMessage({
    ...{ edition: copy, newsletter, publicUrl, serviceUrl, secrets, date },
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
