import { randomBytes } from 'node:crypto';
import type { Subscriber } from './subscriber.ts';

/** A subscriber with an id that nobody can guess, because links contain it. */
export function newSubscriber(
  subscriber: Omit<Subscriber, 'id'>,
  newId = subscriberIds(),
): Subscriber {
  return { id: newId(), ...subscriber, name: subscriber.name || undefined };
}

/**
 * Makes ids with the same beginning and 64 random bits each. Subscribers stored together are then side by
 * side in the indexes. A million ids without a common beginning take four times as long.
 */
export function subscriberIds(): () => string {
  const beginning = randomBytes(4);
  return () => Buffer.concat([beginning, randomBytes(8)]).toString('base64url');
}
