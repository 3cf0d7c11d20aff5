import type { StoreDependencies } from '../../database/dependencies.ts';
import { readIdentity } from '../../database/identity.ts';
import { storedInstant } from '../../database/instants.ts';
import type {
  DepartedStatus,
  SubscriptionEventKind,
  SubscriptionStatus,
} from '../../database/states.ts';
import type { Database } from '../../database/tables.ts';
import { findStoredEdition } from '../../editions/compose/find-stored-edition.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import { changeSubscriptions } from '../../subscribers/change-subscriptions.ts';
import { lastDeparture, lastOwnDeparture } from '../../subscribers/journal/journal.ts';
import { hashesOfAddress } from '../../subscribers/keyed-hashes.ts';
import { bouncedBy, historiesOf } from '../../subscribers/queries/subscription-history.ts';
import { lockSubscriptions, type Subscription } from '../../subscribers/queries/subscriptions.ts';
import {
  applySubscriptionEvent,
  type SubscriptionEvent,
} from '../../subscribers/subscription-events.ts';

/** The result for one subscription, or for an address without one. */
export interface RestoreReport {
  readonly address: EmailAddress;
  readonly newsletter?: string;
  /** `kept`: it stays as it is; `unknown`: there is no subscription. */
  readonly result: 'restored' | 'kept' | 'unknown';
  /** Why it is kept: its status, or how its owner left. */
  readonly because?: SubscriptionStatus | DepartedStatus | 'erased';
}

/** Whose bounces to undo. */
export type RestoreOptions = {
  readonly newsletter?: string;
  /** Only reports; changes nothing. */
  readonly dryRun?: boolean;
} & ({ readonly addresses: readonly EmailAddress[] } | { readonly bouncedBy: string });

const AT_ONCE = 500;

/**
 * Undoes bounces that were not the subscribers' fault, in one transaction: for these addresses, or
 * for all subscriptions that one edition ended. Keeps the status of people who also left,
 * complained or were erased, before the bounce or after it. The count of soft bounces starts again
 * at zero. Throws a usage error for an unknown newsletter or edition.
 */
export async function restoreBounced(
  { config, store, clock }: StoreDependencies,
  options: RestoreOptions,
): Promise<readonly RestoreReport[]> {
  const only =
    options.newsletter === undefined ? undefined : findNewsletter(config, options.newsletter).id;
  if ('bouncedBy' in options) await findStoredEdition(store.db, options.bouncedBy);
  const event = { kind: 'restored', at: storedInstant(clock()), source: 'command line' } as const;
  return store.transaction(async (db) => {
    const reports: RestoreReport[] = [];
    for await (const { address, subscriptions } of findRequested(db, options)) {
      const wanted = subscriptions.filter(
        ({ newsletter }) => only === undefined || newsletter === only,
      );
      if (address !== undefined && wanted.length === 0) {
        reports.push(await reportUnknown(db, address));
      }
      const decisions = await Promise.all(wanted.map((each) => decide(db, each, event)));
      reports.push(...decisions);
      if (options.dryRun) continue;
      const changes = wanted
        .filter((_, at) => decisions[at]?.result === 'restored')
        .map(({ id }) => ({ id, event }));
      await changeSubscriptions(db, config, (writer) => writer.apply(changes));
    }
    return reports;
  });
}

interface Found {
  /** Set if it was requested by its address. */
  readonly address?: EmailAddress;
  readonly subscriptions: readonly Subscription[];
}

async function* findRequested(db: Database, options: RestoreOptions): AsyncGenerator<Found> {
  if ('addresses' in options) {
    for (const address of options.addresses) {
      yield { address, subscriptions: await lockSubscriptions(db, address) };
    }
    return;
  }
  for (let after = ''; ; ) {
    const subscriptions = await bouncedBy(db, options.bouncedBy, { after, limit: AT_ONCE });
    const last = subscriptions.at(-1);
    if (last === undefined) return;
    yield { subscriptions };
    after = last.id;
  }
}

/**
 * Decides from the row, the history, and the journal, which is older than the histories and records
 * earlier departures.
 */
async function decide(
  db: Database,
  subscription: Subscription,
  event: SubscriptionEvent,
): Promise<RestoreReport> {
  const { address, newsletter, status, leftAt } = subscription;
  const kept = (because: RestoreReport['because']) =>
    ({ address, newsletter, result: 'kept', because }) as const;
  if (status !== 'bounced') return kept(status);
  if (leftAt !== undefined || applySubscriptionEvent(subscription, event) === undefined) {
    return kept('unsubscribed');
  }
  const hashes = hashesOfAddress((await readIdentity(db)).hash_key, address);
  const farewell = await lastOwnDeparture(db, newsletter, hashes);
  if (farewell !== undefined && farewell.at >= (await lastAgreement(db, subscription))) {
    return kept(farewell.status);
  }
  return { address, newsletter, result: 'restored' };
}

const AGREEMENTS: readonly SubscriptionEventKind[] = ['joined', 'confirmed', 'undone', 'restored'];

/** When the owner last agreed, or an editor confirmed it for them. ISO 8601. */
async function lastAgreement(db: Database, { id, consent }: Subscription): Promise<string> {
  const history = (await historiesOf(db, [id])).get(id) ?? [];
  const last = history.findLast(({ kind }) => AGREEMENTS.includes(kind))?.at ?? '';
  const given = consent.confirmedAt ?? consent.at;
  return last > given ? last : given;
}

async function reportUnknown(db: Database, address: EmailAddress): Promise<RestoreReport> {
  const hashes = hashesOfAddress((await readIdentity(db)).hash_key, address);
  const departure = await lastDeparture(db, '', hashes);
  if (departure === undefined) return { address, result: 'unknown' };
  return { address, result: 'kept', because: departure.status };
}
