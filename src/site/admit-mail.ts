import { randomUUID } from 'node:crypto';
import type { StoreDependencies } from '../database/dependencies.ts';
import { lockIdentity } from '../database/identity.ts';
import { storedInstant } from '../database/instants.ts';
import type { NoticeKind } from '../database/states.ts';
import type { Database } from '../database/tables.ts';
import { changeSubscriptions } from '../subscribers/change-subscriptions.ts';
import { hashAddress, hashesOfAddress, hashMailbox } from '../subscribers/keyed-hashes.ts';
import { newSubscriber } from '../subscribers/new-subscriber.ts';
import { insertNotice } from '../subscribers/queries/notices.ts';
import { markAnswered, signUpsOf } from '../subscribers/queries/sign-ups.ts';
import { lockSubscriptions } from '../subscribers/queries/subscriptions.ts';
import type { SignUp } from '../subscribers/sign-up.ts';
import type { Consent } from '../subscribers/subscriber.ts';
import { hasRoomForMail } from './budgets.ts';
import { isOffLimits, isOutdated, type Standing, standingsOf } from './standing.ts';

/**
 * Decides once which mail answers a sign-up: a request to confirm, a notice that they get everything
 * already, or none. There is no mail if the address reached its limit of such mails, or if the sign-up
 * has expired or was answered before. Unknown people become pending subscribers.
 */
export async function answerSignUp(
  { config, store, clock }: StoreDependencies,
  signUp: SignUp,
): Promise<Extract<NoticeKind, 'confirm' | 'already'> | 'none'> {
  const now = clock();
  const at = storedInstant(now);
  return store.transaction(async (db) => {
    const { hash_key: key } = await lockIdentity(db);
    if (!(await markAnswered(db, signUp.id, at)) || signUp.expiresAt <= at) return 'none';
    const newsletters = config.newsletters
      .map(({ id }) => id)
      .filter((id) => signUp.newsletters.includes(id));
    const { address, language } = signUp;
    const addressHash = hashAddress(key, address);
    const mailboxHash = hashMailbox(key, address);
    const subscriptions = await lockSubscriptions(db, address);
    const mailbox = { subscriptions, addressHashes: hashesOfAddress(key, address) };
    // If they left after the sign-up (a late answer, or one from a backup), we do not ask them to
    // confirm.
    const standings = (await standingsOf(db, mailbox, newsletters)).filter(
      (standing) => !isOutdated(standing, signUp.at),
    );
    const [first] = standings;
    if (first === undefined) return 'none';
    const strict = standings.some(isOffLimits);
    if (!(await hasRoomForMail(db, config.web.signUp, { mailboxHash, now, strict }))) return 'none';
    const isThere = standings.every(({ status }) => status === 'active');
    if (!isThere) await notePending(db, config, signUp, standings);
    const kind = isThere ? 'already' : 'confirm';
    const facts = isThere ? { newsletters } : { signUp: signUp.id };
    const { newsletter } = first;
    await insertNotice(db, {
      ...{ id: randomUUID(), kind, newsletter, address, addressHash, language, at },
      ...{ facts, mailboxHash, state: 'waiting' },
    });
    return kind;
  });
}

/** The status of people who left before does not change until they confirm. */
async function notePending(
  db: Database,
  config: StoreDependencies['config'],
  signUp: SignUp,
  standings: readonly Standing[],
): Promise<void> {
  const consent = consentOf(signUp);
  const earlier = await signUpsOf(db, signUp.address);
  const isByForm = (by: Consent) =>
    earlier.some(({ at, source }) => at === by.at && source === by.source);
  const { address, at, source } = signUp;
  const facts = { address, consent, status: 'pending', changedAt: at } as const;
  const unknown = standings
    .filter(({ status }) => status === 'none')
    .map(({ newsletter }) => newSubscriber({ ...facts, newsletter }));
  const again = standings.flatMap(({ status, subscription }) =>
    // People who are pending by an import stay pending when the sign-up expires.
    status === 'pending' && subscription !== undefined && isByForm(subscription.consent)
      ? [{ id: subscription.id, event: { kind: 'signedUp', consent, at, source } as const }]
      : [],
  );
  await changeSubscriptions(db, config, async (writer) => {
    await writer.add(unknown, source);
    await writer.apply(again);
  });
}

/**
 * The consent that a sign-up proves. With `confirmedAt`, the person also proved that the address is
 * theirs.
 */
export function consentOf(signUp: SignUp, confirmedAt?: string): Consent {
  const { at, source, consentText: text, ipHash } = signUp;
  return {
    ...{ at, source },
    ...(text === undefined ? {} : { text }),
    ...(ipHash === undefined ? {} : { ipHash }),
    ...(confirmedAt === undefined ? {} : { confirmedAt }),
  };
}
