import { storedInstant } from '../database/instants.ts';
import type { Message } from '../delivery/message/message.ts';
import type { Outcome } from '../delivery/relay/outcome.ts';
import type { OpenRelay } from '../delivery/relay/relay.ts';
import { countAtOnce } from '../delivery/run/quota.ts';
import { isUsable, openRoutes, type Route } from '../delivery/run/routes.ts';
import type { ServiceDependencies } from '../delivery/send-dependencies.ts';
import { retryDelaySeconds } from '../kernel/retry-delay.ts';
import {
  type ClaimedNotice,
  claimNotices,
  holdsNotice,
  postponeNotice,
  settleNotice,
} from '../subscribers/queries/notice-queue.ts';
import { composeNotice } from './compose-notice.ts';
import { noteTrouble, noteWorks, shareTroubles } from './share-troubles.ts';

/** To each relay, besides the connections for editions. */
const CONNECTIONS = 2;

/** The longest wait for one relay. If it is silent longer, another relay is tried. */
const TIMEOUTS = { connectMs: 10_000, silenceMs: 60_000 };

const AT_ONCE = 8;

/**
 * Longer than one delivery takes; short, because after a crash nobody gets their mail until it runs out.
 */
const LEASE_SECONDS = 150;

/** After a day, people no longer wait for the mail. */
const GIVE_UP_HOURS = 24;

/** After a relay's pause, its notices wait this much longer for the next try. */
const AFTER_REST_SECONDS = 30;

/**
 * The routes for notices. They have a few connections of their own, so a large edition does not delay
 * them. Throws a config error for a relay without a URL.
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

/** Whether mails are sent at once, as far as is known: a relay is usable, and not in trouble. */
export async function areWorking(
  { store, machineClock }: Pick<ServiceDependencies, 'store' | 'machineClock'>,
  routes: readonly Route[],
): Promise<boolean> {
  await shareTroubles(store.db, routes);
  const now = machineClock().epochMilliseconds;
  return routes.some((route) => isUsable(route, now) && route.trouble === undefined);
}

/**
 * How many notices may be tried now. One if every usable relay was in trouble, as a test. None if no
 * relay is usable.
 */
async function countToTry(deps: ServiceDependencies, routes: readonly Route[]): Promise<number> {
  if (await areWorking(deps, routes)) return AT_ONCE;
  const now = deps.machineClock().epochMilliseconds;
  return routes.some((route) => isUsable(route, now)) ? 1 : 0;
}

/**
 * Sends a few due notices, oldest first, and settles or postpones each. They count towards the relay
 * quotas, but do not wait for them: editions wait instead. Returns how many there were. If no relay is
 * usable, it changes no notice. Each notice is kept until a relay has answered. A crash can send it
 * twice, with the same Message-ID, but never loses it.
 */
export async function sendNotices(
  deps: ServiceDependencies,
  routes: readonly Route[],
): Promise<number> {
  const { store, clock } = deps;
  const limit = await countToTry(deps, routes);
  if (limit === 0) return 0;
  const lease = await store.leaseClock();
  const claimed = await store.transaction((db) =>
    claimNotices(db, {
      now: storedInstant(clock()),
      leaseNow: storedInstant(lease),
      leaseUntil: storedInstant(lease.add({ seconds: LEASE_SECONDS })),
      limit,
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
    log.trouble('gave up on a mail to a subscriber after one day', { kind: notice.kind });
    await settleNotice(store.db, notice, 'failed', storedInstant(clock()));
    return;
  }
  let message: Message | undefined;
  try {
    message = await composeNotice(deps, notice);
  } catch (error) {
    log.failure('a mail to a subscriber cannot be made', error, { kind: notice.kind });
    await postpone(deps, notice);
    return;
  }
  if (message === undefined) {
    await settleNotice(store.db, notice, 'dropped', storedInstant(clock()));
    return;
  }
  const outcome = await tryRoutes(deps, routes, notice, message);
  await settle(deps, routes, notice, outcome);
}

/** Sends the message to the first relay that works. Undefined if none does. */
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
      // They were erased or left by now. Or this took too long, and another program has leased it.
      if (!(await holdsNotice(deps.store.db, notice))) return false;
      await countAtOnce(deps.store, route.account, now());
      return true;
    });
    if (outcome.kind !== 'relayTrouble' && outcome.kind !== 'limited') {
      await noteWorks(deps.store.db, route);
      return outcome;
    }
    if (await noteTrouble(deps, route, outcome.reply.text)) {
      deps.log.trouble('a relay refuses mail to subscribers', { relay: route.account.id });
    }
  }
  return undefined;
}

async function settle(
  deps: ServiceDependencies,
  routes: readonly Route[],
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
      await postpone(deps, notice);
      return;
    case 'relayTrouble':
    case 'limited':
    case undefined:
      await postponeUntilBack(deps, routes, notice);
      return;
    case 'withheld':
      return;
  }
}

/** A fifth of an edition's wait: first a minute, because the person is waiting for the mail. */
async function postpone(
  { store, clock, random }: ServiceDependencies,
  notice: ClaimedNotice,
): Promise<void> {
  const seconds = Math.round(retryDelaySeconds(notice.attempts + 1, random()) / 5);
  const retryAt = storedInstant(clock().add({ seconds }));
  await postponeNotice(store.db, notice, { retryAt, tried: true });
}

/**
 * Waits longer than the relays pause. The next attempt then uses another notice: one message must not
 * block all others.
 */
async function postponeUntilBack(
  { store, clock, machineClock }: ServiceDependencies,
  routes: readonly Route[],
  notice: ClaimedNotice,
): Promise<void> {
  const now = machineClock().epochMilliseconds;
  const restMs = Math.min(...routes.map(({ restsUntil }) => Math.max(0, restsUntil - now)));
  const seconds = Math.ceil(restMs / 1000) + AFTER_REST_SECONDS;
  const retryAt = storedInstant(clock().add({ seconds }));
  await postponeNotice(store.db, notice, { retryAt, tried: false });
}

function isStale({ at }: ClaimedNotice, now: Temporal.Instant): boolean {
  const end = Temporal.Instant.from(at).add({ hours: GIVE_UP_HOURS });
  return Temporal.Instant.compare(now, end) >= 0;
}
