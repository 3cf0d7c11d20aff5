import { randomUUID } from 'node:crypto';
import { lockIdentity, lockRequests } from '../database/identity.ts';
import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import type { Config } from '../settings/config.ts';
import { hashAddress, hashIp, hashMailbox } from '../subscribers/keyed-hashes.ts';
import { countMailsTo, countRequests, insertMail } from '../subscribers/queries/mails.ts';
import { lockSubscriptions } from '../subscribers/queries/subscriptions.ts';
import { isSubscribed } from '../subscribers/subscriber.ts';
import type { Feedback, FeedbackResult } from './feedback.ts';

/** In place of the IP of a form: all such mails count as one client. */
const BY_MAIL = 'mail';

/**
 * Requests a mail that asks the sender of a mail without a token whether they want to leave: anybody can
 * write anybody's address into `From`. It is within the budgets of the site's forms, and only subscribers
 * get it.
 */
export async function requestLeave(
  db: Database,
  { web }: Config,
  { address, at }: Extract<Feedback, { readonly kind: 'request' }>,
): Promise<FeedbackResult> {
  // In the order of the forms, to avoid deadlocks.
  await lockRequests(db);
  const { hash_key: key } = await lockIdentity(db);
  const active = (await lockSubscriptions(db, address)).filter(({ status }) =>
    isSubscribed(status),
  );
  const [first] = active;
  if (first === undefined) return 'unmatched';
  const ipHash = hashIp(key, BY_MAIL);
  const mailboxHash = hashMailbox(key, first.address);
  const { inAll } = await countRequests(db, storedInstant(at.subtract({ hours: 1 })), []);
  const sent = await countMailsTo(db, mailboxHash, storedInstant(at.subtract({ hours: 24 })));
  if (inAll >= web.signUp.perHour || sent >= web.signUp.perAddressPerDay) return 'recorded';
  await insertMail(db, {
    id: randomUUID(),
    kind: 'leave',
    // As it was stored: a mail may spell it differently.
    address: first.address,
    addressHash: hashAddress(key, first.address),
    mailboxHash,
    ipHash,
    language: web.language,
    at: storedInstant(at),
    state: 'requested',
  });
  return 'requested';
}
