import { randomBytes } from 'node:crypto';
import type { EmailAddress } from '../model/email-address.ts';
import type { Consent, Subscriber, SubscriptionStatus } from '../model/subscriber.ts';

/** A subscriber with an id that nobody can guess, since it is in links. `at`: ISO 8601 instant. */
export function newSubscriber(facts: {
  readonly newsletter: string;
  readonly address: EmailAddress;
  readonly name?: string | undefined;
  readonly status: SubscriptionStatus;
  /** How we know that they asked. */
  readonly consent: Consent;
  /** ISO 8601 instant since when `status` is what it is. */
  readonly changedAt: string;
}): Subscriber {
  const { newsletter, address, name, status, consent, changedAt } = facts;
  return {
    id: randomBytes(12).toString('base64url'),
    ...{ newsletter, address, status },
    ...(name === undefined || name === '' ? {} : { name }),
    ...{ consent, changedAt },
  };
}
