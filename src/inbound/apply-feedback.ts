import type { StoreDependencies } from '../database/dependencies.ts';
import { readIdentity } from '../database/identity.ts';
import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import { hasSoftBouncedOut } from '../delivery/bounces/soft-bounces.ts';
import { markOf } from '../delivery/message/message-token.ts';
import { addressKey, type EmailAddress } from '../kernel/email-address.ts';
import type { Config } from '../settings/config.ts';
import { WEBHOOK_PROVIDERS } from '../settings/webhook-keys.ts';
import { changeSubscriptions } from '../subscribers/change-subscriptions.ts';
import { isRenamed } from '../subscribers/journal/journal.ts';
import { hashesOfAddress } from '../subscribers/keyed-hashes.ts';
import {
  lockSubscription,
  lockSubscriptions,
  type Subscription,
} from '../subscribers/queries/subscriptions.ts';
import { isSubscribed } from '../subscribers/subscriber.ts';
import type { SubscriptionEvent } from '../subscribers/subscription-events.ts';
import type { Feedback, FeedbackResult } from './feedback.ts';
import {
  findByMessageId,
  findReported,
  findReportedMail,
  forgetFeedback,
  insertFeedback,
  setReturned,
} from './queries/feedback.ts';
import { keepMail } from './queries/kept-mails.ts';
import { requestLeave } from './request-leave.ts';

/** How long reports are kept that changed nothing: 90 days. */
const FORGET_HOURS = 90 * 24;

/** Whom a report is about. */
interface Subject {
  /** They lose their subscription if the report says so. */
  readonly subscriptions: readonly Subscription[];
  readonly delivery?: { readonly id: number; readonly edition: string };
  /** ISO 8601. When the message was sent. A bounce says nothing about a later subscription. */
  readonly sentAt: string;
  /** The address that the message was sent to, if it is known. */
  readonly address?: string;
}

/**
 * Applies a report, whatever source it came from, in one transaction. The same report again (by its key)
 * changes nothing. A hard bounce ends the subscription; a soft one does after several editions
 * (`hasSoftBouncedOut`); a complaint always does, and no import undoes it; others are only recorded.
 * A bounce ends nothing if the subscription has another address by now, or its owner signed up again
 * after the message was sent; other reports end nothing if that was after they happened.
 */
export async function applyFeedback(
  { config, store }: Pick<StoreDependencies, 'config' | 'store'>,
  feedback: Feedback,
): Promise<FeedbackResult> {
  const at = storedInstant(feedback.at);
  return store.transaction(async (db) => {
    const subject = await findSubject(db, feedback);
    // Of another program with the same account at the provider.
    if (isAboutNobody(feedback, subject)) return 'unmatched';
    const subscriber = subject?.subscriptions[0]?.id;
    const { key, kind, source } = feedback;
    const isNew = await insertFeedback(db, {
      ...{ key, kind, at, source },
      delivery: subject?.delivery?.id,
      subscriber,
      // Servers repeat the address. A text that belongs to nobody would outlive an erasure.
      ...('reply' in feedback && subscriber !== undefined && { reply: feedback.reply }),
      ...('severity' in feedback && { severity: feedback.severity }),
    });
    if (!isNew) return 'repeated';
    await forgetFeedback(db, storedInstant(feedback.at.subtract({ hours: FORGET_HOURS })));
    if (feedback.kind === 'unknown') {
      await keepMail(db, { ...feedback, at });
      return 'recorded';
    }
    if (feedback.kind === 'request') return requestLeave(db, config, feedback);
    if (subject === undefined) return 'about' in feedback ? 'unmatched' : 'recorded';
    const { delivery } = subject;
    if (feedback.kind === 'bounce' && delivery !== undefined) {
      await setReturned(db, delivery.id, { at, severity: feedback.severity });
    }
    const event = eventOf(feedback, at, delivery?.edition);
    if (event === undefined) return 'recorded';
    const changes: { readonly id: string; readonly event: SubscriptionEvent }[] = [];
    for (const subscription of subject.subscriptions) {
      if (!(await endsSubscription(db, config, feedback, { subject, subscription }))) continue;
      changes.push({ id: subscription.id, event });
    }
    const applied = await changeSubscriptions(db, config, (writer) => writer.apply(changes));
    return applied.length > 0 ? 'ended' : 'recorded';
  });
}

/** `edition`: its bounces can be undone together (`subscribers restore --bounced-by`). */
function eventOf(feedback: Feedback, at: string, edition?: string): SubscriptionEvent | undefined {
  const { kind, source } = feedback;
  switch (kind) {
    case 'bounce':
      return { kind: 'bounced', at, source: edition ?? 'returned mail' };
    case 'complaint':
      return { kind: 'complained', at, source: 'complaint' };
    case 'unsubscribe':
      return { kind: 'left', at, source: isProvider(source) ? source : 'mail' };
    default:
      return undefined;
  }
}

function isProvider(source: string): boolean {
  return WEBHOOK_PROVIDERS.some((name) => name === source);
}

function isAboutNobody(feedback: Feedback, subject: Subject | undefined): boolean {
  if (!('about' in feedback) || !('kind' in feedback.about)) return false;
  return feedback.about.kind === 'recipient' && subject === undefined;
}

async function endsSubscription(
  db: Database,
  { newsletters }: Config,
  feedback: Feedback,
  { subject, subscription }: { readonly subject: Subject; readonly subscription: Subscription },
): Promise<boolean> {
  const { id, newsletter, status, address, changedAt } = subscription;
  const isOpen = isSubscribed(status) || status === 'pending';
  if (feedback.kind !== 'bounce') {
    const { happenedAt } = feedback;
    return !isOpen || happenedAt === undefined || changedAt <= storedInstant(happenedAt);
  }
  if (!isOpen) return false;
  if (changedAt > subject.sentAt) return false;
  const { address: sentTo, delivery } = subject;
  if (sentTo !== undefined && addressKey(sentTo as EmailAddress) !== addressKey(address)) {
    return false;
  }
  if (feedback.severity === 'hard') return true;
  const settings = newsletters.find((each) => each.id === newsletter);
  if (feedback.severity === 'other' || delivery === undefined || settings === undefined) {
    return false;
  }
  const returned = { id: delivery.id, subscriber: id, since: changedAt };
  const { softBounces } = settings;
  return hasSoftBouncedOut(db, returned, { softBounces, now: feedback.at });
}

/** Finds and locks whom the report is about. Undefined if there is nobody, or nobody is known. */
async function findSubject(db: Database, feedback: Feedback): Promise<Subject | undefined> {
  if (!('about' in feedback)) return undefined;
  const { about } = feedback;
  if (!('kind' in about)) {
    const found = await lockSubscription(db, about.subscriberId);
    if (found === undefined) return undefined;
    const isSame =
      found.newsletter === about.newsletter ||
      (await isRenamed(db, about.newsletter, found.newsletter));
    return isSame ? { subscriptions: [found], sentAt: '' } : undefined;
  }
  if (about.kind === 'delivery') {
    const delivery = await findReported(db, about.id);
    // A restored backup may have given the number to somebody else.
    if (delivery === undefined || markOf(delivery.subscriber) !== about.mark) return undefined;
    const found = await lockSubscription(db, delivery.subscriber);
    const { at: sentAt, address } = delivery;
    return { delivery, sentAt, address, subscriptions: found === undefined ? [] : [found] };
  }
  if (about.kind === 'recipient') {
    const subscriptions = await lockSubscriptions(db, about.address);
    if (subscriptions.length === 0) return undefined;
    const ids = subscriptions.map(({ id }) => id);
    const delivery = await findByMessageId(db, ids, about.messageId ?? '');
    const happenedAt = storedInstant(feedback.happenedAt ?? feedback.at);
    if (delivery === undefined) return { subscriptions, sentAt: happenedAt };
    const { at: sentAt, address, subscriber } = delivery;
    const own = subscriptions.filter(({ id }) => id === subscriber);
    return { delivery, sentAt, address, subscriptions: own };
  }
  const mail = await findReportedMail(db, about.id);
  const { recipient } = feedback as { readonly recipient?: EmailAddress };
  if (mail === undefined || recipient === undefined) return undefined;
  const hashes = hashesOfAddress((await readIdentity(db)).hash_key, recipient);
  if (!hashes.includes(mail.addressHash)) return undefined;
  return { sentAt: mail.at, subscriptions: await lockSubscriptions(db, recipient) };
}
