import type { StoreDependencies } from '../database/dependencies.ts';
import { storedInstant } from '../database/instants.ts';
import {
  changeSubscriptions,
  type SubscriptionWriter,
} from '../subscribers/change-subscriptions.ts';
import { forgetAddressChanges } from '../subscribers/queries/address-changes.ts';
import { forgetMails } from '../subscribers/queries/mails.ts';
import { forgetRequestNetworks } from '../subscribers/queries/request-networks.ts';
import { forgetSignUps, unconfirmedSubscribers } from '../subscribers/queries/sign-ups.ts';
import { MOST_AT_ONCE } from '../subscribers/queries/subscribers.ts';

/** How long settled mails are kept. No budget counts more than one day. */
const MAIL_HOURS = 48;

/** The deleted rows, counted. */
export interface Forgotten {
  readonly signUps: number;
  /** Subscribers who were never confirmed. */
  readonly pending: number;
  readonly mails: number;
  readonly addressChanges: number;
}

/**
 * Deletes expired data: sign-ups and addresses that were not confirmed in time, and mails that were sent.
 */
export async function forgetRequests({
  config,
  store,
  clock,
}: StoreDependencies): Promise<Forgotten> {
  const now = clock();
  const at = storedInstant(now);
  const mailsBefore = storedInstant(now.subtract({ hours: MAIL_HOURS }));
  return store.transaction(async (db) => {
    await forgetRequestNetworks(db, mailsBefore);
    const unconfirmed = await unconfirmedSubscribers(db, at);
    return {
      pending: await changeSubscriptions(db, config, (writer) => lapse(writer, unconfirmed, at)),
      signUps: await forgetSignUps(db, at),
      addressChanges: await forgetAddressChanges(db, at),
      mails: await forgetMails(db, mailsBefore),
    };
  });
}

/** Deletes subscribers who were never confirmed. Returns how many. */
async function lapse(
  writer: SubscriptionWriter,
  ids: readonly string[],
  at: string,
): Promise<number> {
  const event = { kind: 'lapsed', at, source: 'not confirmed' } as const;
  let lapsed = 0;
  for (let start = 0; start < ids.length; start += MOST_AT_ONCE) {
    const page = ids.slice(start, start + MOST_AT_ONCE).map((id) => ({ id, event }));
    lapsed += (await writer.apply(page)).length;
  }
  return lapsed;
}
