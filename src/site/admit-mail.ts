import type { StoreDependencies } from '../database/dependencies.ts';
import { lockIdentity } from '../database/identity.ts';
import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import { changeSubscriptions } from '../subscribers/change-subscriptions.ts';
import { newSubscriber } from '../subscribers/new-subscriber.ts';
import {
  admitMail as admit,
  countMailsTo,
  dropMail,
  lockRequestedMail,
  type TransactionalMail,
} from '../subscribers/queries/mails.ts';
import { lockSignUp, signUpsOf } from '../subscribers/queries/sign-ups.ts';
import { lockSubscriptions } from '../subscribers/queries/subscriptions.ts';
import type { SignUp } from '../subscribers/sign-up.ts';
import type { Consent } from '../subscribers/subscriber.ts';
import { consentOf } from './confirm-sign-up.ts';
import { findMailContent } from './mail-content.ts';
import type { MailboxStatus } from './subscription-status.ts';

/**
 * Decides whether an address gets the mail that a form requested: if there is something to tell it, and
 * the mailbox is within its limit. Unknown people who signed up become pending subscribers. Returns
 * whether the mail is sent. False also if it was decided before.
 */
export async function admitMail(
  deps: StoreDependencies,
  mail: TransactionalMail,
): Promise<boolean> {
  const { config, store, clock } = deps;
  const { id, kind, address, about = '' } = mail;
  const now = clock();
  const at = storedInstant(now);
  return store.transaction(async (db) => {
    // The counts of two decisions at the same time must include each other.
    await lockIdentity(db);
    if (!(await lockRequestedMail(db, id))) return false;
    if (kind === 'confirm') await lockSignUp(db, about);
    await lockSubscriptions(db, address);
    const content = await findMailContent(deps, db, mail);
    const most = content?.isRare ? 1 : config.web.signUp.perAddressPerDay;
    const since = storedInstant(now.subtract({ hours: 24 }));
    if (content === undefined || (await countMailsTo(db, mail.mailboxHash ?? '', since)) >= most) {
      await dropMail(db, id, at);
      return false;
    }
    // A sign-up may wait for days, while the database is on hold: its mail is as old as this decision.
    await admit(db, id, kind === 'confirm' ? at : mail.at);
    if (content.begins !== undefined) await addPending(db, config, content.begins);
    return true;
  });
}

/** The status of people who left before does not change until they confirm. */
async function addPending(
  db: Database,
  config: StoreDependencies['config'],
  { signUp, statuses }: { readonly signUp: SignUp; readonly statuses: readonly MailboxStatus[] },
): Promise<void> {
  const consent = consentOf(signUp);
  const earlier = await signUpsOf(db, signUp.address);
  const isByForm = (by: Consent) =>
    earlier.some(({ at, source }) => at === by.at && source === by.source);
  const { address, at, source } = signUp;
  const unknown = statuses
    .filter(({ status }) => status === 'none')
    .map(({ newsletter }) =>
      newSubscriber({ newsletter, address, consent, status: 'pending', changedAt: at }),
    );
  const again = statuses.flatMap(({ status, subscription }) =>
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
