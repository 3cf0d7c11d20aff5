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
import { deleteSignUpsOf } from '../subscribers/queries/sign-ups.ts';
import { lockSubscriptions, type Subscription } from '../subscribers/queries/subscriptions.ts';
import { isOutdated, type Standing, standingsOf } from './standing.ts';

/** What is moved, where to, and when (ISO 8601 instant). */
export interface Move {
  readonly from: EmailAddress;
  readonly change: AddressChange;
  readonly at: string;
}

/**
 * Moves what a mailbox is subscribed to to another one, whose owner has confirmed that, as the last
 * step of the transaction `db`. Mail that is queued goes to the new address. What the new one is
 * subscribed to as well is one subscription from then on; what it has left since the change was asked
 * for ends. The old address gets a mail that says so, and is on record as departed, so that a backup
 * that is put back does not mail it. What was not active stays with the old address.
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
  // They are over, and an erasure of the new address would not find them.
  await deleteSignUpsOf(db, from);
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

/** What becomes of one subscription, and of that of the new address, in order. */
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
