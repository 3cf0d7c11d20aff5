import { randomBytes } from 'node:crypto';
import type { SubscriptionStatus } from '../database/states.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import type { Consent, Subscriber } from './subscriber.ts';

/** The data of a subscriber before it has an id. */
export interface NewSubscriber {
  readonly newsletter: string;
  readonly address: EmailAddress;
  readonly name?: string | undefined;
  readonly status: SubscriptionStatus;
  /** How we know that the person asked. */
  readonly consent: Consent;
  /** ISO 8601 instant of the last change of `status`. */
  readonly changedAt: string;
}

/** A subscriber with an id that nobody can guess, because links contain it. */
export function newSubscriber(facts: NewSubscriber, newId = subscriberIds()): Subscriber {
  const { newsletter, address, name, status, consent, changedAt } = facts;
  return {
    id: newId(),
    ...{ newsletter, address, status },
    ...(name === undefined || name === '' ? {} : { name }),
    ...{ consent, changedAt },
  };
}

/**
 * Makes ids with the same beginning and 64 random bits each. Subscribers stored together are then side by
 * side in the indexes. A million ids without a common beginning take four times as long.
 */
export function subscriberIds(): () => string {
  const beginning = randomBytes(4);
  return () => Buffer.concat([beginning, randomBytes(8)]).toString('base64url');
}
