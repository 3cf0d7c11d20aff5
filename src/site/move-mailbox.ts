import { randomUUID } from 'node:crypto';
import type { StoreDependencies } from '../database/dependencies.ts';
import { readIdentity } from '../database/identity.ts';
import type { Database } from '../database/tables.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import {
  changeSubscriptions,
  type SubscriptionChange,
} from '../subscribers/change-subscriptions.ts';
import { hashAddress, hashesOfAddress } from '../subscribers/keyed-hashes.ts';
import type { AddressChange } from '../subscribers/queries/address-changes.ts';
import { dropNotices, insertNotice } from '../subscribers/queries/notices.ts';
import { deleteRequestsOf } from '../subscribers/queries/sign-ups.ts';
import { lockSubscriptions, type Subscription } from '../subscribers/queries/subscriptions.ts';
import { isOutdated, type Standing, standingsOf } from './standing.ts';

/** The mailbox to move, its new address, and the time (ISO 8601 instant). */
export interface Move {
  readonly from: EmailAddress;
  readonly change: AddressChange;
  readonly at: string;
}

/**
 * Moves a mailbox's subscriptions to another mailbox, whose owner has confirmed it. Call it as the last
 * step of the transaction `db`. Queued mail goes to the new address. If both have a subscription to a
 * newsletter, they become one. If the new address left a newsletter after the change was requested, the
 * old subscription ends. The old address gets a mail about the move. It is recorded as departed: a
 * restored backup then does not mail it. Subscriptions that were not active stay with the old address.
 */
export async function moveMailbox(
  { config }: Pick<StoreDependencies, 'config'>,
  db: Database,
  { from, change, at }: Move,
): Promise<void> {
  const { hash_key: key } = await readIdentity(db);
  const moved = (await lockSubscriptions(db, from)).filter(({ status }) => status === 'active');
  const [first] = moved;
  if (first === undefined) return;
  const to = {
    subscriptions: await lockSubscriptions(db, change.address),
    addressHashes: hashesOfAddress(key, change.address),
  };
  const newsletters = moved.map(({ newsletter }) => newsletter);
  const standings = await standingsOf(db, to, newsletters);
  const addressHash = hashAddress(key, from);
  await dropNotices(db, { addressHashes: [addressHash], kinds: ['welcome', 'preferences'], at });
  // They are obsolete, and an erasure of the new address would not find them.
  await deleteRequestsOf(db, from);
  const language = config.newsletters.find(({ id }) => id === first.newsletter)?.language ?? 'en';
  await insertNotice(db, {
    ...{ id: randomUUID(), kind: 'address-changed', newsletter: first.newsletter },
    ...{ address: from, addressHash, facts: {}, language, at, state: 'waiting' },
  });
  const changes = standings.flatMap((standing, index) => {
    const subscription = moved[index];
    return subscription === undefined
      ? []
      : changesOf(subscription, standing, { from, change, at });
  });
  await changeSubscriptions(db, config, async (writer) => {
    for (const each of changes) await writer.apply([each]);
  });
}

/** The changes to one subscription and to the new address's subscription, in order. */
function changesOf(
  old: Subscription,
  standing: Standing,
  { change, at }: Move,
): readonly SubscriptionChange[] {
  const { address } = change;
  const common = { at, source: 'change of address' };
  if (isOutdated(standing, change.at)) return [{ id: old.id, event: { ...common, kind: 'left' } }];
  const target = standing.subscription;
  if (target === undefined) return [{ id: old.id, event: { ...common, kind: 'moved', address } }];
  const consent = { ...old.consent, confirmedAt: at };
  return [
    { id: target.id, event: { ...common, kind: 'confirmed', address, consent } },
    { id: old.id, event: { ...common, kind: 'merged', into: target.id, address } },
  ];
}
