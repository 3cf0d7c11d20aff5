import type { EmailAddress } from './email-address.ts';

/** Where a subscription to one newsletter stands. Only `active` ones get editions. */
export type SubscriptionStatus = 'pending' | 'active' | 'unsubscribed' | 'bounced' | 'complained';

/** How we know that the person asked: kept for as long as the subscription is. */
export interface Consent {
  /** ISO 8601 instant. */
  readonly at: string;
  /** `form`, `import FILE`, `command line`, ... */
  readonly source: string;
}

/** One address with its consent, for one newsletter. */
export interface Subscriber {
  /** Random, in links; never the address. */
  readonly id: string;
  readonly newsletter: string;
  readonly address: EmailAddress;
  readonly name?: string;
  readonly status: SubscriptionStatus;
  readonly consent: Consent;
  /** ISO 8601 instant of the last change of `status`. */
  readonly changedAt: string;
}
