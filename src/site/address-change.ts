import { randomUUID } from 'node:crypto';
import { readIdentity } from '../database/identity.ts';
import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import { readToken } from '../delivery/message/signed-token.ts';
import { addressKey, type EmailAddress } from '../kernel/email-address.ts';
import { hashesOfAddress } from '../subscribers/keyed-hashes.ts';
import {
  type AddressChange,
  findAddressChange,
  insertAddressChange,
  lockAddressChange,
  markChangeConfirmed,
} from '../subscribers/queries/address-changes.ts';
import { findSubscription } from '../subscribers/queries/subscriptions.ts';
import { askForNotice, type MailRequest } from './ask-for-notice.ts';
import { moveMailbox } from './move-mailbox.ts';
import { findPerson } from './person.ts';
import type { SiteDependencies } from './site-dependencies.ts';

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
): Promise<'taken' | 'busy' | undefined> {
  const now = deps.clock();
  const person = await findPerson(deps, deps.store.db, token);
  if (person === undefined) return undefined;
  const { subscriber, addressHash: fromHash } = person;
  const { address } = request;
  const id = randomUUID();
  const facts = { change: id };
  return askForNotice(deps, { ...request, kind: 'new-address', facts }, (db) =>
    insertAddressChange(db, {
      ...{ id, subscriber, fromHash, address },
      at: storedInstant(now),
      expiresAt: storedInstant(now.add({ hours: CHANGE_HOURS })),
    }),
  );
}

/** The state for the page of a link that confirms a new address. Changes nothing. */
export async function readAddressChange(
  deps: SiteDependencies,
  token: string,
): Promise<AddressConfirmation> {
  const id = readId(deps, token);
  if (typeof id !== 'string') return id;
  const { db } = deps.store;
  const change = await findAddressChange(db, id);
  if (change === undefined) return { kind: 'expired' };
  const { address, confirmedAt } = change;
  if (confirmedAt !== undefined) return { kind: 'done', address };
  return (await oldAddressOf(db, change)) ? { kind: 'open', address } : { kind: 'expired' };
}

/** Moves all subscriptions to the new address. It can be repeated, with the same answer. */
export async function confirmAddressChange(
  deps: SiteDependencies,
  token: string,
): Promise<AddressConfirmation> {
  const id = readId(deps, token);
  if (typeof id !== 'string') return id;
  const at = storedInstant(deps.clock());
  const confirmation = await deps.store.transaction(async (db): Promise<AddressConfirmation> => {
    const change = await lockAddressChange(db, id);
    if (change === undefined) return { kind: 'expired' };
    if (change.confirmedAt !== undefined) return { kind: 'done', address: change.address };
    const from = await oldAddressOf(db, change);
    if (from === undefined) return { kind: 'expired' };
    await markChangeConfirmed(db, change.id, at);
    if (!isSame(change, from)) await moveMailbox(deps, db, { from, change, at });
    return { kind: 'done', address: change.address };
  });
  deps.signals.notices.notify();
  return confirmation;
}

/** The address of the subscriptions to move. Undefined if they no longer have it. */
async function oldAddressOf(
  db: Database,
  { subscriber, fromHash }: AddressChange,
): Promise<EmailAddress | undefined> {
  const subscription = await findSubscription(db, subscriber);
  if (subscription === undefined) return undefined;
  const { address } = subscription;
  const hashes = hashesOfAddress((await readIdentity(db)).hash_key, address);
  return hashes.includes(fromHash) ? address : undefined;
}

function isSame({ address }: AddressChange, other: EmailAddress): boolean {
  return addressKey(address) === addressKey(other);
}

function readId(
  { config, clock }: SiteDependencies,
  token: string,
): string | { readonly kind: 'expired' | 'unknown' } {
  const fields = readToken('new-address', token, { secrets: config.secrets, now: clock() });
  if (fields === 'expired') return { kind: 'expired' };
  return fields?.[0] ?? { kind: 'unknown' };
}
