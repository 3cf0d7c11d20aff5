import { randomUUID } from 'node:crypto';
import type { HookEventType, SubscriptionStatus } from '../database/states.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import type { HookSettings } from '../settings/settings.ts';
import type { Subscription } from './queries/subscriptions.ts';
import type { SubscriptionEvent, SubscriptionState } from './subscription-events.ts';

/** An event for the hooks of a newsletter. */
export interface HookEvent {
  readonly type: HookEventType;
  /** ISO 8601 instant. */
  readonly at: string;
  readonly newsletter: string;
  /** Id; absent if it is about an edition. */
  readonly subscriber?: string;
  /** What the payload has besides the newsletter and the subscriber. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** An event for one hook. */
export interface OutgoingEvent {
  readonly id: string;
  readonly url: string;
  readonly type: HookEventType;
  readonly subscriber?: string | undefined;
  /** JSON. */
  readonly payload: string;
  readonly at: string;
}

/** The events for each hook that wants them. The form of the payload is that of Standard Webhooks. */
export function addressEvents(
  hooks: readonly HookSettings[],
  events: readonly HookEvent[],
): readonly OutgoingEvent[] {
  return events.flatMap(({ type, at, newsletter, subscriber, data }) =>
    hooks
      .filter((hook) => hook.on.includes(type))
      .filter((hook) => hook.newsletter === undefined || hook.newsletter === newsletter)
      .map(({ url }) => {
        const payload = { type, timestamp: at, data: { newsletter, subscriber, ...data } };
        const id = `evt_${randomUUID()}`;
        return { id, url, type, subscriber, payload: JSON.stringify(payload), at };
      }),
  );
}

/** The event of a written change; undefined if the hooks are not notified of it. */
export function hookEventOf(
  { id, newsletter, address, status: before }: Subscription,
  event: SubscriptionEvent,
  { status, changedAt: at }: SubscriptionState,
): HookEvent | undefined {
  const type = typeOf(before, event, status);
  if (type === undefined) return undefined;
  const current = event.kind === 'confirmed' || event.kind === 'moved' ? event.address : address;
  const { source } = event;
  return { type, at, newsletter, subscriber: id, data: { address: current, status, source } };
}

function typeOf(
  before: SubscriptionStatus,
  { kind }: SubscriptionEvent,
  after: SubscriptionState['status'],
): HookEventType | undefined {
  if (kind === 'moved') return 'join';
  if (after === before) return undefined;
  switch (after) {
    case 'active':
      return 'join';
    case 'bounced':
      return 'bounce';
    case 'complained':
      return 'complaint';
    case 'paused':
    case 'unsubscribed':
    case 'none':
      return before === 'active' ? 'leave' : undefined;
    case 'pending':
      return undefined;
  }
}

/** The event of a new subscription. */
export function hookEventOfNew(
  added: {
    readonly id: string;
    readonly newsletter: string;
    readonly address: EmailAddress;
    readonly status: SubscriptionStatus;
    readonly changedAt: string;
  },
  source: string,
): HookEvent | undefined {
  const { id, newsletter, address, status, changedAt: at } = added;
  if (status !== 'active') return undefined;
  return { type: 'join', at, newsletter, subscriber: id, data: { address, status, source } };
}

/** The event of an erasure. It has no address: who has it finds it by the id. */
export function hookEventOfErased(
  { id, newsletter }: { readonly id: string; readonly newsletter: string },
  { at, source }: { readonly at: string; readonly source: string },
): HookEvent {
  return { type: 'leave', at, newsletter, subscriber: id, data: { status: 'erased', source } };
}
