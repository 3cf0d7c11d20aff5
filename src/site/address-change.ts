import { randomUUID } from 'node:crypto';
import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import { addressKey, type EmailAddress } from '../kernel/email-address.ts';
import {
  changeSubscriptions,
  type SubscriptionChange,
} from '../subscribers/change-subscriptions.ts';
import {
  type AddressChange,
  findAddressChange,
  insertAddressChange,
  lockAddressChange,
  markChangeConfirmed,
} from '../subscribers/queries/address-changes.ts';
import { dropMails, insertMail } from '../subscribers/queries/mails.ts';
import { deleteRequestsOf } from '../subscribers/queries/sign-ups.ts';
import { lockSubscriptions, type Subscription } from '../subscribers/queries/subscriptions.ts';
import { isSubscribed } from '../subscribers/subscriber.ts';
import { readConfirmToken } from './confirm-sign-up.ts';
import { findPerson, holderOf, type Person } from './preferences.ts';
import {
  type MailRequest,
  type RequestResult,
  requestMail,
  type SiteDependencies,
} from './request-mail.ts';
import { hashesOf, isOutdated, type MailboxStatus, statusesOf } from './subscription-status.ts';

/** The state of a link that confirms a new address. `open`: not confirmed yet. */
export type AddressConfirmation =
  | { readonly kind: 'open' | 'done'; readonly address: EmailAddress }
  | { readonly kind: 'expired' | 'unknown' };

/** How long a new address can be confirmed. */
const CHANGE_HOURS = 24;

/**
 * Takes a new address from the holder of a link to preferences. The new address gets a mail that asks for
 * confirmation. Undefined if the link is invalid or expired.
 */
export async function requestAddressChange(
  deps: SiteDependencies,
  token: string,
  request: MailRequest,
): Promise<RequestResult | undefined> {
  const now = deps.clock();
  const person = await findPerson(deps, deps.store.db, token);
  if (person === undefined) return undefined;
  const { subscriber, addressHash: fromHash } = person;
  const { address } = request;
  const id = randomUUID();
  const at = storedInstant(now);
  const expiresAt = storedInstant(now.add({ hours: CHANGE_HOURS }));
  return requestMail(deps, request, {
    kind: 'new-address',
    about: id,
    also: (db) => insertAddressChange(db, { id, subscriber, fromHash, address, at, expiresAt }),
  });
}

/** The state for the page of a link that confirms a new address. Changes nothing. */
export async function readAddressChange(
  deps: SiteDependencies,
  token: string,
): Promise<AddressConfirmation> {
  const id = readConfirmToken(deps, 'new-address', token);
  if (typeof id !== 'string') return id;
  const { db } = deps.store;
  const change = await findAddressChange(db, id);
  if (change === undefined) return { kind: 'expired' };
  const { address, confirmedAt } = change;
  if (confirmedAt !== undefined) return { kind: 'done', address };
  return (await ownerOf(db, change)) ? { kind: 'open', address } : { kind: 'expired' };
}

/** Moves all subscriptions to the new address. It can be repeated, with the same answer. */
export async function confirmAddressChange(
  deps: SiteDependencies,
  token: string,
): Promise<AddressConfirmation> {
  const id = readConfirmToken(deps, 'new-address', token);
  if (typeof id !== 'string') return id;
  const at = storedInstant(deps.clock());
  const confirmation = await deps.store.transaction(async (db): Promise<AddressConfirmation> => {
    const change = await lockAddressChange(db, id);
    if (change === undefined) return { kind: 'expired' };
    if (change.confirmedAt !== undefined) return { kind: 'done', address: change.address };
    const owner = await ownerOf(db, change);
    if (owner === undefined) return { kind: 'expired' };
    await markChangeConfirmed(db, change.id, at);
    if (addressKey(change.address) !== addressKey(owner.address)) {
      await moveMailbox(deps, db, owner, change, at);
    }
    return { kind: 'done', address: change.address };
  });
  deps.signals.notices.notify();
  return confirmation;
}

/** The person whose subscriptions move. Undefined if these no longer have the address. */
function ownerOf(db: Database, { subscriber, fromHash }: AddressChange) {
  return holderOf(db, { subscriber, addressHash: fromHash });
}

/**
 * Moves a mailbox's subscriptions to another mailbox, whose owner has confirmed it. Call it as the last
 * step of the transaction `db`. Queued mail goes to the new address. If both have a subscription to a
 * newsletter, they become one. If the new address left a newsletter after the change was requested, the
 * old subscription ends. The old address gets a mail about the move. It is recorded as departed: a
 * restored backup then does not mail it. Subscriptions that were not active stay with the old address.
 */
async function moveMailbox(
  { config }: SiteDependencies,
  db: Database,
  { address: from }: Person,
  change: AddressChange,
  at: string,
): Promise<void> {
  const moved = (await lockSubscriptions(db, from)).filter(({ status }) => isSubscribed(status));
  const [first] = moved;
  if (first === undefined) return;
  const newsletters = moved.map(({ newsletter }) => newsletter);
  const targets = await lockSubscriptions(db, change.address);
  const statuses = await statusesOf(db, change.address, targets, newsletters);
  const [addressHash = ''] = await hashesOf(db, from);
  await dropMails(db, at)
    .where('address_hash', '=', addressHash)
    .where('kind', 'in', ['welcome', 'preferences'])
    .execute();
  // They are obsolete, and an erasure of the new address would not find them.
  await deleteRequestsOf(db, from);
  const language = config.newsletters.find(({ id }) => id === first.newsletter)?.language ?? 'en';
  await insertMail(db, {
    id: randomUUID(),
    kind: 'address-changed',
    newsletter: first.newsletter,
    address: from,
    addressHash,
    language,
    at,
    state: 'waiting',
  });
  await changeSubscriptions(db, config, async (writer) => {
    for (const status of statuses) {
      const old = moved.find(({ newsletter }) => newsletter === status.newsletter);
      for (const each of old === undefined ? [] : changesOf(old, status, change, at)) {
        await writer.apply([each]);
      }
    }
  });
}

/** The changes to one subscription and to the new address's subscription, in order. */
function changesOf(
  old: Subscription,
  status: MailboxStatus,
  change: AddressChange,
  at: string,
): readonly SubscriptionChange[] {
  const { address } = change;
  const common = { at, source: 'change of address' };
  if (isOutdated(status, change.at)) return [{ id: old.id, event: { ...common, kind: 'left' } }];
  const target = status.subscription;
  if (target === undefined) return [{ id: old.id, event: { ...common, kind: 'moved', address } }];
  const consent = { ...old.consent, confirmedAt: at };
  return [
    { id: target.id, event: { ...common, kind: 'confirmed', address, consent } },
    { id: old.id, event: { ...common, kind: 'merged', into: target.id, address } },
  ];
}
