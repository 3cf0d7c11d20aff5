import { forgetAddressChanges } from '../../store/address-changes.ts';
import { storedInstant } from '../../store/instants.ts';
import { forgetNotices } from '../../store/notices.ts';
import { forgetRequestNetworks } from '../../store/request-networks.ts';
import { forgetSignUps } from '../../store/sign-ups.ts';
import type { StoreDependencies } from '../mail-dependencies.ts';

/** What settled notices are kept for: no budget looks further back than a day. */
const NOTICE_HOURS = 48;

/** How much was forgotten. */
export interface Forgotten {
  readonly signUps: number;
  /** Subscribers whom nobody confirmed. */
  readonly pending: number;
  readonly notices: number;
  readonly addressChanges: number;
}

/** Forgets what is over: sign-ups and addresses that nobody confirmed in time, mails that were sent. */
export async function forgetRequests({ store, clock }: StoreDependencies): Promise<Forgotten> {
  const now = clock();
  const at = storedInstant(now);
  const noticesBefore = storedInstant(now.subtract({ hours: NOTICE_HOURS }));
  return store.transaction(async (db) => {
    await forgetRequestNetworks(db, noticesBefore);
    return {
      ...(await forgetSignUps(db, at)),
      addressChanges: await forgetAddressChanges(db, at),
      notices: await forgetNotices(db, noticesBefore),
    };
  });
}
