import { deliveryToken } from '../../src/delivery/message/message-token.ts';
import { unsubscribeToken } from '../../src/delivery/message/unsubscribe-link.ts';
import { planDeliveries } from '../../src/delivery/queries/deliveries.ts';
import { NEWSLETTER, type TestSite } from './test-site.ts';

/** Stores an edition that a relay accepted for everyone. */
export async function sendToAll(testSite: TestSite, id?: string): Promise<string> {
  const { deps } = testSite;
  const edition = await testSite.putEdition(id);
  const at = deps.clock().toString({ fractionalSecondDigits: 3 });
  await planDeliveries(deps.store.db, edition, at);
  await deps.store.db
    .updateTable('deliveries')
    .set({ state: 'accepted', changed_at: at })
    .where('edition', '=', edition.id)
    .execute();
  return edition.id;
}

/** The delivery of an edition to an address. */
export async function deliveryTo({ deps }: TestSite, edition: string, address: string) {
  return deps.store.db
    .selectFrom('deliveries')
    .selectAll()
    .where('edition', '=', edition)
    .where('address', '=', address)
    .executeTakeFirstOrThrow();
}

/** The token in the envelope and the headers of the message. */
export async function tokenOfDelivery(testSite: TestSite, edition: string, address: string) {
  const { id, subscriber } = await deliveryTo(testSite, edition, address);
  return deliveryToken({ id, subscriber }, testSite.deps.config.secrets);
}

/** The token of the unsubscribe link of `address`. */
export async function tokenToLeave({ deps }: TestSite, address: string): Promise<string> {
  const { id } = await deps.store.db
    .selectFrom('subscribers')
    .select('id')
    .where('address', '=', address)
    .executeTakeFirstOrThrow();
  const whom = { newsletter: NEWSLETTER, subscriberId: id };
  return unsubscribeToken(whom, deps.config.secrets);
}
