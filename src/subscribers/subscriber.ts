import type { DepartedStatus, SubscriptionStatus } from '../database/states.ts';
import type { EmailAddress } from '../kernel/email-address.ts';

/** How we know that the person asked. Kept as long as the subscription. */
export interface Consent {
  /** ISO 8601 instant. */
  readonly at: string;
  /** `form`, `import FILE`, `command line`, ... */
  readonly source: string;
  /** The words that the person agreed to, if there were any. */
  readonly text?: string;
  /** Keyed hash of the IP address that the consent came from. */
  readonly ipHash?: string;
  /** ISO 8601 instant when the person confirmed the address, if we asked for that. */
  readonly confirmedAt?: string;
}

/** One address with its consent, for one newsletter. */
export interface Subscriber {
  /** Random, used in links; never the address. */
  readonly id: string;
  readonly newsletter: string;
  readonly address: EmailAddress;
  readonly name?: string;
  readonly status: SubscriptionStatus;
  readonly consent: Consent;
  /** ISO 8601 instant of the last change of `status`. */
  readonly changedAt: string;
  /** ISO 8601 instant when they last pressed a button on a page of a mailed link. */
  readonly seenAt?: string;
  /** ISO 8601 instant when they were asked whether they still read it, until they answer. */
  readonly askedAt?: string;
}

/** Whether the person must get no mail until they ask again. */
export function hasLeft(status: SubscriptionStatus): status is DepartedStatus {
  return status === 'unsubscribed' || status === 'bounced' || status === 'complained';
}

/** Whether the person wants the newsletter: it is active, or waits for them to say so. */
export function isSubscribed(status: string): boolean {
  return status === 'active' || status === 'paused';
}
