import { readIdentity } from '../../store/identity.ts';
import { dropNotices } from '../../store/notices.ts';
import { leave, type Subscription } from '../../store/subscriptions.ts';
import type { Database } from '../../store/tables.ts';
import type { StoreDependencies } from '../mail-dependencies.ts';
import { hashAddress } from '../subscribers/keyed-hashes.ts';
import { recordDepartures } from '../subscribers/record-departures.ts';

/**
 * Ends subscriptions of one person, which the transaction `db` has locked, as its last step: the
 * journal is told, and a welcome that is on its way is dropped. Who never confirmed can not undo it.
 * Gives when they left: never before they came, whatever the clock says.
 */
export async function endSubscriptions(
  { config }: Pick<StoreDependencies, 'config'>,
  db: Database,
  subscriptions: readonly Subscription[],
  { at: now, byLink }: { readonly at: string; readonly byLink: boolean },
): Promise<string> {
  const at = subscriptions.reduce(
    (latest, { changedAt }) => (changedAt > latest ? changedAt : latest),
    now,
  );
  const { hash_key: key } = await readIdentity(db);
  for (const { id, newsletter, address, status } of subscriptions) {
    await leave(db, id, { at, byLink: byLink && status === 'active' });
    const addressHash = hashAddress(key, address);
    await dropNotices(db, { addressHash, kinds: ['welcome'], newsletter, at });
  }
  const departures = subscriptions.map(
    ({ newsletter, address }) => ({ newsletter, address, status: 'unsubscribed', at }) as const,
  );
  await recordDepartures(db, config.journalFile, departures);
  return at;
}
