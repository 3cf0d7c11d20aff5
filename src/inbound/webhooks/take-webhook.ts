import { createHash } from 'node:crypto';
import { storedInstant } from '../../database/instants.ts';
import type { Severity } from '../../database/states.ts';
import type { Reply } from '../../delivery/delivery.ts';
import { readMessageToken } from '../../delivery/message/message-token.ts';
import { classifyReply } from '../../delivery/relay/classify-reply.ts';
import { parseEmailAddress } from '../../kernel/email-address.ts';
import { checkSplitBrain } from '../../recovery/split-brain-guard.ts';
import type { WebhookProvider } from '../../settings/webhook-keys.ts';
import { type Feedback, keyOf, severityOf } from '../feedback.ts';
import { replyIn } from '../mail/read-bounce.ts';
import { forgetNonces, holdNonce } from '../queries/webhook-nonces.ts';
import { type InboundDependencies, takeFeedback } from '../take-mail.ts';
import { brevo } from './brevo.ts';
import { mailgun } from './mailgun.ts';
import { mailjet } from './mailjet.ts';
import { postmark } from './postmark.ts';
import {
  type FetchText,
  MOST_AGE_HOURS,
  type Provider,
  type ProviderEvent,
  type WebhookRequest,
} from './provider.ts';
import { sendgrid } from './sendgrid.ts';
import { openSes } from './ses.ts';

/** Takes the requests of providers. */
export interface WebhookTaker {
  /**
   * Checks a request, and applies its events. False if nothing proves that it is from the provider: then
   * nothing happens. When it resolves, everything is stored. Throws if the database is away or on hold,
   * or Amazon SNS is away: then the provider sends the same request again later, and what is stored already does not count twice.
   */
  take(provider: WebhookProvider, request: WebhookRequest): Promise<boolean>;
}

/** Opens what takes the requests of all providers. */
export function openWebhookTaker(deps: InboundDependencies, fetchText: FetchText): WebhookTaker {
  const providers: Readonly<Record<WebhookProvider, Provider>> = {
    ...{ ses: openSes(), postmark, mailgun, sendgrid, brevo, mailjet },
  };
  const { config, store, clock } = deps;
  return {
    async take(name, request) {
      const now = clock();
      const keys = config.webhookKeys[name] ?? [];
      const provider = providers[name];
      const opened = await provider.open(request, { keys, now, fetchText });
      if (opened === undefined) return false;
      // A copy must not take what the real database needs: until then, the provider tries again.
      await checkSplitBrain(deps);
      if (opened.nonce !== undefined) {
        const body = createHash('sha256').update(request.body).digest('base64url');
        const nonce = `${name} ${opened.nonce}`;
        const isHeld = await store.transaction(async (db) => {
          await forgetNonces(db, storedInstant(now.subtract({ hours: 2 * MOST_AGE_HOURS })));
          return holdNonce(db, { nonce, body, at: storedInstant(now) });
        });
        if (!isHeld) return false;
      }
      for (const event of provider.read(opened.json)) {
        const feedback = feedbackOf(event, name, now, config.secrets);
        if (feedback !== undefined) await takeFeedback(deps, feedback);
      }
      return true;
    },
  };
}

/**
 * The report of an event. By the token of the message if it has one; else it is about the address, which
 * is enough because the provider has proved who it is. Undefined if the address is none.
 */
function feedbackOf(
  event: ProviderEvent,
  source: WebhookProvider,
  now: Temporal.Instant,
  secrets: readonly string[],
): Feedback | undefined {
  const parsed = parseEmailAddress(event.address);
  if ('reason' in parsed) return undefined;
  const recipient = parsed.address;
  const { messageId } = event;
  const message = readMessageToken(event.token ?? '', secrets);
  const about = message ?? { kind: 'recipient', address: recipient, messageId };
  const identity = createHash('sha256')
    .update(JSON.stringify([source, event.kind, event.identity, recipient]))
    .digest('base64url');
  const report = { at: now, source, about, recipient, happenedAt: event.at } as const;
  switch (event.kind) {
    case 'bounce': {
      const { severity: theirs = 'soft', said = '', status = '' } = event;
      const standard = theirs === 'hard' ? '5.0.0' : '4.0.0';
      const reply = replyIn(said, status === '' ? standard : status);
      const severity = milder(theirs, reply);
      const key = keyOf(`bounce ${severity}`, message, identity);
      return { ...report, kind: 'bounce', key, severity, reply };
    }
    case 'complaint':
      return { ...report, kind: 'complaint', key: keyOf('complaint', message, identity) };
    case 'unsubscribe':
      // Somebody may sign up again and leave again by the same message.
      return { ...report, kind: 'unsubscribe', key: `unsubscribe ${identity}` };
  }
}

const MILDEST: readonly Severity[] = ['other', 'soft', 'hard'];

/**
 * What the provider says, unless the reply of the server says less: a refusal for policy never ends a
 * subscription, whatever the provider calls it. A reply without a reason says nothing, and one that asks
 * for patience says nothing about us: the provider gave up.
 */
function milder(theirs: Severity, reply: Reply): Severity {
  if (classifyReply(reply, 'rcpt') === 'unclear') return theirs;
  const ours = reply.code < 500 ? 'soft' : severityOf(reply);
  return MILDEST.indexOf(theirs) < MILDEST.indexOf(ours) ? theirs : ours;
}
