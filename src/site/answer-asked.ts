import type { StoreDependencies } from '../database/dependencies.ts';
import { lockIdentity } from '../database/identity.ts';
import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import { lastDeparture } from '../subscribers/journal/journal.ts';
import { hashesOfAddress, hashMailbox } from '../subscribers/keyed-hashes.ts';
import type { NoticeFacts } from '../subscribers/notice.ts';
import { findAddressChange } from '../subscribers/queries/address-changes.ts';
import { dropAsked, letNoticeGo, type StoredNotice } from '../subscribers/queries/notices.ts';
import { findSubscriptions } from '../subscribers/queries/subscribers.ts';
import { findSubscription } from '../subscribers/queries/subscriptions.ts';
import { hasRoomForMail } from './budgets.ts';

/**
 * Decides whether to send a mail that a form requested for a typed address. The request has to belong to
 * an existing subscriber, and the mailbox must be within its daily limit. Returns whether it is sent.
 */
export async function answerAsked(
  { config, store, clock }: StoreDependencies,
  notice: StoredNotice,
): Promise<boolean> {
  const now = clock();
  const { id, address } = notice;
  return store.transaction(async (db) => {
    const { hash_key: key } = await lockIdentity(db);
    const mailboxHash = hashMailbox(key, address);
    const decision = await decide(db, notice, hashesOfAddress(key, address));
    const strict = decision?.strict === true;
    const isToGo =
      decision !== undefined &&
      (await hasRoomForMail(db, config.web.signUp, { mailboxHash, now, strict }));
    if (isToGo) return letNoticeGo(db, id, decision.facts);
    await dropAsked(db, id, storedInstant(now));
    return false;
  });
}

interface Decision {
  readonly facts: NoticeFacts;
  /** They get only one such mail a day. */
  readonly strict: boolean;
}

async function decide(
  db: Database,
  notice: StoredNotice,
  addressHashes: readonly string[],
): Promise<Decision | undefined> {
  return notice.kind === 'preferences'
    ? toPreferences(db, notice)
    : toNewAddress(db, notice, addressHashes);
}

/** People who bounced or complained get no such mail. They can sign up again. */
async function toPreferences(
  db: Database,
  { address }: StoredNotice,
): Promise<Decision | undefined> {
  const known = await findSubscriptions(db, address);
  const [first] = known.filter(({ status }) => status !== 'bounced' && status !== 'complained');
  return first && { facts: { subscriber: first.id }, strict: false };
}

async function toNewAddress(
  db: Database,
  { address, facts }: StoredNotice,
  addressHashes: readonly string[],
): Promise<Decision | undefined> {
  const change = await findAddressChange(db, facts.change ?? '');
  const subscription = change && (await findSubscription(db, change.subscriber));
  if (subscription === undefined) return undefined;
  const known = await findSubscriptions(db, address);
  const departure = await lastDeparture(db, subscription.newsletter, addressHashes);
  const strict =
    known.some(({ status }) => status === 'bounced' || status === 'complained') ||
    (known.length === 0 && departure !== undefined);
  return { facts, strict };
}
