import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import type { DeliveryTable } from '../delivery/delivery.ts';
import { acceptedSince, quickTable } from '../delivery/queries/deliveries.ts';
import {
  type DomainProgress,
  domainProgress,
  readDomainRates,
} from '../delivery/queries/domains.ts';
import {
  type RelayState,
  readRelayStates,
  readUse,
  relayRows,
} from '../delivery/queries/relays.ts';
import {
  countUndecided,
  nextRetry,
  type Undecided,
  waitingIds,
} from '../delivery/queries/unfinished.ts';
import type { RelayLimits } from '../delivery/relay/relay.ts';
import { dayQuota } from '../delivery/relay-quota.ts';
import { learnedLimits, restLeftMs } from '../delivery/run/routes.ts';
import { livingSenders } from '../delivery/run/sender-lease.ts';
import type { SendDependencies } from '../delivery/send-dependencies.ts';
import { currentRate } from '../delivery/throttle.ts';
import type { EditionPause } from '../editions/edition.ts';
import { type EditionRow, editionRows, pauseOf } from '../editions/queries/editions.ts';
import { countReturned, type ReturnedReport } from '../inbound/show-returned.ts';
import { findMissingNewsletters } from '../newsletters/missing-newsletters.ts';
import { compareJournal } from '../recovery/compare-journal.ts';
import { type FoundHold, findHold } from '../recovery/split-brain-guard.ts';
import { findNewsletter } from '../settings/find-newsletter.ts';
import type { RelayAccount } from '../settings/settings.ts';
import { countHookEvents } from '../subscribers/queries/hook-events.ts';
import type { NewsletterCounts } from '../subscribers/queries/newsletters.ts';
import { countSubscribers } from '../subscribers/queries/subscribers.ts';

/** The state of an edition. */
export interface EditionStatus extends Undecided {
  readonly id: string;
  readonly newsletter: string;
  readonly subject: string;
  /**
   * `sending`: a program sends it; `unfinished`: some deliveries wait, and `send` continues; `notSent`:
   * composed, but not sent; `done`: no delivery waits.
   */
  readonly state: 'sending' | 'unfinished' | 'notSent' | 'paused' | 'cancelled' | 'done';
  readonly deliveries: DeliveryTable;
  readonly pause?: EditionPause;
  /** ISO 8601: when the first postponed delivery is due. */
  readonly retryAt?: string;
  /** While it is sent: messages a second over the last minute, and the time left at that rate. */
  readonly perSecond?: number;
  readonly secondsLeft?: number;
  /** The programs that send it, as far as this machine can know. */
  readonly senders: readonly { readonly host: string; readonly pid: number }[];
  /**
   * While some deliveries wait: the largest destination domains, and those that asked for a slower pace. Of an
   * edition with more than 100,000 deliveries only if a domain did.
   */
  readonly domains: readonly (Omit<DomainProgress, 'rate'> & { readonly perHour?: number })[];
}

/** The state of a relay. */
export interface RelayStatus {
  readonly id: string;
  /** `relay` of the config. */
  readonly provider?: string | undefined;
  readonly inHour: number;
  readonly inDay: number;
  readonly perHour?: number;
  readonly perDay?: number;
  readonly trouble?: { readonly text: string; readonly at: string };
  /** It gets no message before `until`, ISO 8601, and then one message first. */
  readonly rest?: { readonly reason: string; readonly until: string };
  /** What it asked for: a rate, parallel connections, messages per connection. */
  readonly limits?: RelayLimits & { readonly messagesPerHour?: number };
}

/** The readers of a newsletter. */
interface NewsletterStatus {
  readonly id: string;
  readonly active: number;
  /** Who did not answer whether they still read it. */
  readonly paused: number;
}

export interface StatusReport {
  /** Why the database sends nothing. */
  readonly hold?: FoundHold;
  /**
   * The journal file, if it has entries that are missing in the database. The next change applies them.
   */
  readonly olderThan?: string;
  readonly newsletters: readonly NewsletterStatus[];
  /** Newsletters that have subscribers and are not in the config. */
  readonly missing: readonly NewsletterCounts[];
  /** The unfinished editions and the newest finished ones; newest first. */
  readonly editions: readonly EditionStatus[];
  readonly relays: readonly RelayStatus[];
  /** What came back in the last 30 days. */
  readonly returned: ReturnedReport['counts'];
  /** Events for hooks: how many wait, and how many of the last 30 days were given up. */
  readonly hooks: { readonly waiting: number; readonly failed: number };
}

/** How many finished editions are listed. */
const MOST_DONE = 3;
const MOST_DOMAINS = 10;
/** Counting a million deliveries by domain takes a second. */
const MOST_COUNTED = 100_000;
const RATE_SECONDS = 60;

type Dependencies = Pick<SendDependencies, 'config' | 'store' | 'clock' | 'machineClock'>;

/** The state of one newsletter, or of all. Changes nothing. */
export async function reportStatus(deps: Dependencies, newsletter?: string): Promise<StatusReport> {
  const { config, store } = deps;
  const chosen =
    newsletter === undefined ? config.newsletters : [findNewsletter(config, newsletter)];
  const newsletters: NewsletterStatus[] = [];
  const editions: EditionStatus[] = [];
  for (const { id } of chosen) {
    const active = await countSubscribers(store.db, id);
    newsletters.push({ id, active, paused: await countSubscribers(store.db, id, 'paused') });
    editions.push(...(await editionsOf(deps, id)));
  }
  const { isAhead } = await compareJournal(store.db, config.journalFile);
  return {
    hold: await findHold(deps),
    olderThan: isAhead ? config.journalFile : undefined,
    newsletters,
    editions,
    relays: await relaysOf(deps),
    hooks: await countHookEvents(store.db),
    missing: await findMissingNewsletters(deps),
    returned: await countReturned(deps),
  };
}

async function editionsOf(
  deps: Dependencies,
  newsletter: string,
): Promise<readonly EditionStatus[]> {
  const { db } = deps.store;
  const statuses: EditionStatus[] = [];
  let done = 0;
  const waiting = await waitingIds(db, newsletter);
  for (const row of (await editionRows(db, newsletter)).toReversed()) {
    const isOver = row.cancelled_at !== null || (row.planned_at !== null && !waiting.has(row.id));
    if (isOver) done += 1;
    if (isOver && done > MOST_DONE) continue;
    statuses.push(await statusOf(deps, row, await quickTable(db, row.id)));
  }
  return statuses;
}

async function statusOf(
  { store, clock }: Dependencies,
  row: EditionRow,
  deliveries: DeliveryTable,
): Promise<EditionStatus> {
  const { db } = store;
  const { id, newsletter, subject } = row;
  const now = clock();
  const senders = await livingSenders(store, id);
  const state = stateOf(row, deliveries, senders.length);
  const perSecond = state === 'sending' ? await messagesPerSecond(db, id, now) : undefined;
  const hasDomains =
    isWaiting(deliveries) &&
    (deliveries.planned <= MOST_COUNTED || (await readDomainRates(db)).size > 0);
  const domains = hasDomains ? await domainProgress(db, id, MOST_DOMAINS) : [];
  return {
    id,
    newsletter,
    subject,
    state,
    deliveries,
    ...(await countUndecided(db, id)),
    ...pauseOf(row),
    retryAt: await nextRetry(db, id),
    perSecond,
    secondsLeft: perSecond && Math.ceil(deliveries.queued / perSecond),
    senders: senders.map(({ host, pid }) => ({ host: host.split(' ')[0] ?? '', pid })),
    domains: domains.map(({ rate, ...domain }) => ({
      ...domain,
      perHour: rounded(rate && currentRate(rate, now.epochMilliseconds)),
    })),
  };
}

/**
 * Over the last minute, or since the first message if that is less than a minute ago. Undefined if there was
 * none.
 */
async function messagesPerSecond(
  db: Database,
  edition: string,
  now: Temporal.Instant,
): Promise<number | undefined> {
  const since = storedInstant(now.subtract({ seconds: RATE_SECONDS }));
  const { count, first } = await acceptedSince(db, edition, since);
  if (first === undefined) return undefined;
  return count / Math.max(1, now.since(Temporal.Instant.from(first)).total('seconds'));
}

function isWaiting({ queued, deferred, inDoubt }: DeliveryTable): boolean {
  return queued + deferred + inDoubt > 0;
}

function stateOf(
  row: EditionRow,
  deliveries: DeliveryTable,
  senders: number,
): EditionStatus['state'] {
  if (row.cancelled_at !== null) return 'cancelled';
  if (row.paused_at !== null) return 'paused';
  if (row.planned_at === null) return 'notSent';
  if (senders > 0) return 'sending';
  return deliveries.queued + deliveries.deferred > 0 ? 'unfinished' : 'done';
}

async function relaysOf({
  config,
  store: { db },
  clock,
  machineClock,
}: Dependencies): Promise<readonly RelayStatus[]> {
  const now = machineClock().epochMilliseconds;
  const rows = await relayRows(db);
  const states = await readRelayStates(db);
  const statuses: RelayStatus[] = [];
  for (const account of config.relays) {
    const { inHour, inDay } = await readUse(db, account.id, now);
    const perDay = dayQuota(account, now);
    const { trouble, trouble_at: at } = rows.get(account.id) ?? {};
    const { rest, ...state } = states.get(account.id) ?? {};
    const isResting = rest !== undefined && restLeftMs(rest.until, clock()) > 0;
    statuses.push({
      id: account.id,
      provider: account.relay,
      inHour,
      inDay,
      perHour: account.messagesPerHour,
      perDay: perDay === Infinity ? undefined : perDay,
      trouble: trouble == null ? undefined : { text: trouble, at: at ?? '' },
      rest: isResting ? rest : undefined,
      limits: limitsOf(state, account, now),
    });
  }
  return statuses;
}

/** Undefined if it asked for none. */
function limitsOf(state: RelayState, account: RelayAccount, now: number): RelayStatus['limits'] {
  const messagesPerHour = rounded(state.rate && currentRate(state.rate, now));
  const learned = learnedLimits(state, now);
  const { connections = account.connections, messagesPerConnection } = learned;
  const isFewer = connections < account.connections;
  if (messagesPerHour === undefined && messagesPerConnection === undefined && !isFewer) {
    return undefined;
  }
  return {
    messagesPerHour,
    connections: isFewer ? connections : undefined,
    messagesPerConnection,
  };
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value);
}
