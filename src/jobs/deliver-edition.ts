import { BroadsheetError, EXIT } from '../base/errors.ts';
import { HOW_TO_MAKE_A_SECRET } from '../config/environment.ts';
import { balances } from '../model/delivery.ts';
import type { Edition } from '../model/edition.ts';
import { failStale, requeueDoubted } from '../store/claims.ts';
import {
  deliveryTable,
  doubtedDeliveries,
  failedDeliveries,
  nextRetry,
  planDeliveries,
} from '../store/deliveries.ts';
import { findEdition } from '../store/editions.ts';
import { storedInstant } from '../store/instants.ts';
import type { Store } from '../store/open-store.ts';
import { type DeliveryResult, deliverClaims } from './deliver-claims.ts';
import { findNewsletter } from './find-newsletter.ts';
import type { SendDependencies } from './mail-dependencies.ts';
import { reportEdition } from './report-edition.ts';
import { STALE_AFTER_HOURS } from './retry-delay.ts';
import type { ReadySend, SendReport } from './send-report.ts';
import { startSender } from './sender-lease.ts';
import { storeEdition } from './store-edition.ts';

/**
 * Stores the edition where it is new and plans one delivery for each active subscriber, in one
 * transaction; then sends what is not sent yet. Run again, it goes on where it was: nobody gets an
 * edition twice, save those the report names as in doubt. When `signal` is aborted it finishes
 * what is in flight and gives back the rest. Throws before anything is stored when the relay's URL
 * or the secret is wrong or missing.
 */
export async function deliverEdition(
  deps: SendDependencies,
  send: ReadySend,
  signal?: AbortSignal,
): Promise<SendReport> {
  const { config, store, clock } = deps;
  const { edition } = send;
  const newsletter = findNewsletter(config, edition.newsletter);
  requireSecret(config.secrets);
  const relay = deps.openRelay(config.relays[0]);
  const date = await plan(deps, send);
  const sender = await startSender(store, storedInstant(clock()));
  try {
    await reopen(deps, edition);
    const run = { deps, newsletter, edition, date, relay, sender: sender.id };
    const result = await deliverClaims(run, send.recipients, signal);
    return await report(store, edition, result);
  } finally {
    await relay.close();
    await sender.end();
  }
}

/** Throws a config error where links could not be signed. */
function requireSecret(secrets: readonly string[]): void {
  if (secrets.length > 0) return;
  const fact = 'is not set, and the links to unsubscribe are signed with it';
  throw new BroadsheetError(EXIT.config, `BROADSHEET_SECRET  ${fact}; ${HOW_TO_MAKE_A_SECRET}`);
}

/** Puts the edition and its deliveries on record; gives the date that its messages bear. */
async function plan(
  { store, clock }: SendDependencies,
  { edition, state, remember }: ReadySend,
): Promise<Temporal.Instant> {
  // First: an edition must not know a post by an id that is then forgotten.
  if (state === 'new') remember();
  const plannedAt = await store.transaction(async (db) => {
    if (state === 'new') await storeEdition(db, edition);
    await planDeliveries(db, edition, storedInstant(clock()));
    return (await findEdition(db, edition.id))?.plannedAt;
  });
  if (plannedAt === undefined) throw new Error(`${edition.id} was planned and is not`);
  return Temporal.Instant.from(plannedAt);
}

/** Before sending: what is in doubt is sent once more, what was put off for too long is given up. */
async function reopen({ store, clock }: SendDependencies, edition: Edition): Promise<void> {
  const now = clock();
  const at = storedInstant(now);
  const before = storedInstant(now.subtract({ hours: STALE_AFTER_HOURS }));
  await store.transaction(async (db) => {
    await requeueDoubted(db, edition.id, at);
    await failStale(db, { newsletter: edition.newsletter, before, at });
  });
}

async function report(
  { db }: Store,
  edition: Edition,
  { sent, stopped }: DeliveryResult,
): Promise<SendReport> {
  const deliveries = await deliveryTable(db, edition.id);
  if (!balances(deliveries)) {
    const table = JSON.stringify(deliveries);
    throw new BroadsheetError(EXIT.software, `${edition.id}  the books do not balance: ${table}`);
  }
  const retryAt = await nextRetry(db, edition.id);
  return {
    edition: reportEdition(edition),
    deliveries,
    sent,
    inDoubt: await doubtedDeliveries(db, edition.id),
    failures: await failedDeliveries(db, edition.id),
    ...(retryAt === undefined ? {} : { retryAt }),
    ...(stopped === undefined ? {} : { stopped }),
  };
}
