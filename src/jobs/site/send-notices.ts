import type { Message } from '../../model/message.ts';
import { retryDelaySeconds } from '../../model/retry-delay.ts';
import type { Outcome } from '../../smtp/outcome.ts';
import type { OpenRelay } from '../../smtp/relay.ts';
import { storedInstant } from '../../store/instants.ts';
import {
  type ClaimedNotice,
  claimNotices,
  holdsNotice,
  postponeNotice,
  settleNotice,
} from '../../store/notice-queue.ts';
import { countAtOnce } from '../sending/quota.ts';
import {
  isUsable,
  noteSuccess,
  openRoutes,
  type Route,
  restAfterTrouble,
} from '../sending/routes.ts';
import type { ServiceDependencies } from '../service/service-part.ts';
import { composeNotice } from './compose-notice.ts';

/** Of each relay, besides those that editions go over. */
const CONNECTIONS = 2;

/** Nobody waits for a mail longer than this: a relay that is silent so long is left for another. */
const TIMEOUTS = { connectMs: 10_000, silenceMs: 60_000 };

const AT_ONCE = 8;

/** Longer than a message takes, and as short as somebody can wait for whom a program died. */
const LEASE_SECONDS = 150;

/** Somebody who asked yesterday does not wait any more. */
const GIVE_UP_HOURS = 24;

/** When no relay can be given a message. */
const NO_RELAY_SECONDS = 30;

/**
 * The routes that notices go over: few connections of their own, so that no edition, however large,
 * is before them. Throws a config error for a relay without a URL.
 */
export function openNoticeRoutes({
  config,
  store,
  openRelay,
}: ServiceDependencies): readonly Route[] {
  const accounts = config.relays.map((account) => ({
    ...account,
    connections: Math.min(account.connections, CONNECTIONS),
  }));
  const open: OpenRelay = (settings) => openRelay({ ...settings, timeouts: TIMEOUTS });
  return openRoutes(accounts, store, open).toSorted((a, b) => b.account.weight - a.account.weight);
}

/**
 * Sends a few of the notices that are due, the oldest first, and settles each or puts it off. They
 * count towards what relays may be given, and do not wait for it: editions give way to them. Gives
 * how many there were. Each is kept until a relay has said what becomes of it: a crash can send it
 * twice, with the same Message-ID, and never loses it.
 */
export async function sendNotices(
  deps: ServiceDependencies,
  routes: readonly Route[],
): Promise<number> {
  const { store, clock } = deps;
  const lease = await store.leaseClock();
  const claimed = await store.transaction((db) =>
    claimNotices(db, {
      now: storedInstant(clock()),
      leaseNow: storedInstant(lease),
      leaseUntil: storedInstant(lease.add({ seconds: LEASE_SECONDS })),
      limit: AT_ONCE,
    }),
  );
  await Promise.all(claimed.map((notice) => sendNotice(deps, routes, notice)));
  return claimed.length;
}

async function sendNotice(
  deps: ServiceDependencies,
  routes: readonly Route[],
  notice: ClaimedNotice,
): Promise<void> {
  const { store, clock, log } = deps;
  if (isStale(notice, clock())) {
    log.trouble('a mail to a subscriber is given up after a day', { kind: notice.kind });
    await settleNotice(store.db, notice, 'failed', storedInstant(clock()));
    return;
  }
  let message: Message | undefined;
  try {
    message = await composeNotice(deps, notice);
  } catch (error) {
    log.failure('a mail to a subscriber cannot be made', error, { kind: notice.kind });
    await postpone(deps, notice, { tried: true });
    return;
  }
  if (message === undefined) {
    await settleNotice(store.db, notice, 'dropped', storedInstant(clock()));
    return;
  }
  await settle(deps, notice, await tryRoutes(deps, routes, notice, message));
}

/** Hands the message to the first relay that works; undefined where none does. */
async function tryRoutes(
  deps: ServiceDependencies,
  routes: readonly Route[],
  notice: ClaimedNotice,
  message: Message,
): Promise<Outcome | undefined> {
  const now = () => deps.machineClock().epochMilliseconds;
  for (const route of routes) {
    if (!isUsable(route, now())) continue;
    const outcome = await route.relay.send(message, async () => {
      // Erased, or left, meanwhile; or somebody else took it over, since this took too long.
      if (!(await holdsNotice(deps.store.db, notice))) return false;
      await countAtOnce(deps.store, route.account, now());
      return true;
    });
    if (outcome.kind !== 'relayTrouble' && outcome.kind !== 'limited') {
      noteSuccess(route);
      return outcome;
    }
    restAfterTrouble(route, outcome.reply.text, now());
    deps.log.trouble('a relay does not take mail to subscribers', { relay: route.account.id });
  }
  return undefined;
}

async function settle(
  deps: ServiceDependencies,
  notice: ClaimedNotice,
  outcome: Outcome | undefined,
): Promise<void> {
  const { store, clock, log } = deps;
  const { kind } = notice;
  switch (outcome?.kind) {
    case 'accepted':
      await settleNotice(store.db, notice, 'sent', storedInstant(clock()));
      log.event('a mail to a subscriber was sent', { kind, attempts: notice.attempts + 1 });
      return;
    case 'failed':
      await settleNotice(store.db, notice, 'failed', storedInstant(clock()));
      log.event('a mail to a subscriber was refused', { kind, code: outcome.reply.code });
      return;
    case 'deferred':
    case 'inDoubt':
      await postpone(deps, notice, { tried: true });
      return;
    case 'relayTrouble':
    case 'limited':
    case undefined:
      await postpone(deps, notice, { tried: false });
      return;
    case 'withheld':
      return;
  }
}

/** A fifth of what an edition waits: a minute at first, since somebody sits in front of their inbox. */
async function postpone(
  { store, clock, chance }: ServiceDependencies,
  notice: ClaimedNotice,
  { tried }: { readonly tried: boolean },
): Promise<void> {
  const delay = Math.round(retryDelaySeconds(notice.attempts + 1, chance()) / 5);
  const seconds = tried ? delay : NO_RELAY_SECONDS;
  const retryAt = storedInstant(clock().add({ seconds }));
  await postponeNotice(store.db, notice, { retryAt, tried });
}

function isStale({ at }: ClaimedNotice, now: Temporal.Instant): boolean {
  const end = Temporal.Instant.from(at).add({ hours: GIVE_UP_HOURS });
  return Temporal.Instant.compare(now, end) >= 0;
}
