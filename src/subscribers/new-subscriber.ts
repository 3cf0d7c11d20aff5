import { randomBytes } from 'node:crypto';
import type { SubscriptionStatus } from '../database/states.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import type { Consent, Subscriber } from './subscriber.ts';

/** What is known of a subscriber before there is an id. */
export interface NewSubscriber {
  readonly newsletter: string;
  readonly address: EmailAddress;
  readonly name?: string | undefined;
  readonly status: SubscriptionStatus;
  /** How we know that they asked. */
  readonly consent: Consent;
  /** ISO 8601 instant since when `status` is what it is. */
  readonly changedAt: string;
}

/** A subscriber with an id that nobody can guess, since it is in links. */
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
 * Makes ids with 64 random bits each that begin alike: those of subscribers who are stored
 * together, so that they stand together in the indexes. A million ids all over them take four times as long.
 */
export function subscriberIds(): () => string {
  const beginning = randomBytes(4);
  return () => Buffer.concat([beginning, randomBytes(8)]).toString('base64url');
}
