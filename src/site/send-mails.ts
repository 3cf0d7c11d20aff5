import { storedInstant } from '../database/instants.ts';
import { leaseFor } from '../database/lease.ts';
import type { MailKind } from '../database/states.ts';
import type { Database } from '../database/tables.ts';
import type { Message } from '../delivery/message/message.ts';
import { relayRows, setTrouble } from '../delivery/queries/relays.ts';
import { openRelays } from '../delivery/relay/open-relays.ts';
import type { Outcome } from '../delivery/relay/relay.ts';
import { countAtOnce } from '../delivery/run/quota.ts';
import {
  isUsable,
  noteSuccess,
  openRoutes,
  type Route,
  restAfterTrouble,
} from '../delivery/run/routes.ts';
import type { ServiceDependencies } from '../delivery/send-dependencies.ts';
import { inBatches } from '../kernel/in-batches.ts';
import { retryDelaySeconds } from '../kernel/retry-delay.ts';
import { changeSubscriptions } from '../subscribers/change-subscriptions.ts';
import {
  type ClaimedMail,
  claimMails,
  holdsMail,
  postponeMail,
  settleMail,
} from '../subscribers/queries/mails.ts';
import { composeMail } from './compose-mail.ts';
import { findMailContent } from './mail-content.ts';

/** To each relay, besides the connections for editions. */
const CONNECTIONS = 2;

/** The longest wait for one relay. If it is silent longer, another relay is tried. */
const TIMEOUTS = { connectMs: 10_000, silenceMs: 60_000 };

/**
 * Longer than one delivery takes; short, because after a crash nobody gets their mail until it runs out.
 */
const LEASE_SECONDS = 150;

/** After a day, people no longer wait for the mail. */
const GIVE_UP_HOURS = 24;

/** After a relay's pause, its mails wait this much longer for the next try. */
const AFTER_REST_SECONDS = 30;

/**
 * The routes for notices. They have a few connections of their own, so a large edition does not delay
 * them. Throws a config error for a relay without a URL.
 */
export function openNoticeRoutes(deps: ServiceDependencies): readonly Route[] {
  const relays = openRelays(deps, { connections: CONNECTIONS, timeouts: TIMEOUTS });
  return openRoutes(relays, deps.store).toSorted((a, b) => b.account.weight - a.account.weight);
}

/** Mails to try at once while a relay works, as far as is known. */
export const AT_ONCE = 8;

/**
 * How many mails may be tried now. One if every usable relay was in trouble, as a test. None if no relay
 * is usable.
 */
export async function countToTry(
  { store, machineClock }: ServiceDependencies,
  routes: readonly Route[],
): Promise<number> {
  await shareTroubles(store.db, routes);
  const now = machineClock().epochMilliseconds;
  const usable = routes.filter((route) => isUsable(route, now));
  return usable.some(({ trouble }) => trouble === undefined) ? AT_ONCE : Math.min(1, usable.length);
}

/**
 * Sends up to `limit` due mails, oldest first, and settles or postpones each. They count towards the relay
 * quotas, but do not wait for them: editions wait instead. Returns how many there were. Each mail is kept
 * until a relay has answered. A crash can send it twice, with the same Message-ID, but never loses it.
 */
export async function sendMails(
  deps: ServiceDependencies,
  routes: readonly Route[],
  limit: number,
): Promise<number> {
  const { store, clock } = deps;
  if (limit === 0) return 0;
  const lease = await leaseFor(store, LEASE_SECONDS);
  const claimed = await store.transaction((db) =>
    claimMails(db, {
      now: storedInstant(clock()),
      leaseNow: lease.now,
      leaseUntil: lease.until,
      limit,
    }),
  );
  const settle = inBatches(AT_ONCE, (settled: readonly Settled[]) => settleAll(deps, settled));
  await Promise.all(claimed.map((mail) => sendMail(deps, routes, mail, settle)));
  return claimed.length;
}

/** What became of a mail. */
interface Settled {
  readonly mail: ClaimedMail;
  readonly kind: MailKind;
  readonly state: 'sent' | 'failed' | 'dropped';
}

/** In one transaction: one wait for the disk serves all mails that relays answer at the same time. */
async function settleAll(
  { store, clock, config }: ServiceDependencies,
  settled: readonly Settled[],
): Promise<readonly undefined[]> {
  await store.transaction(async (db) => {
    const at = storedInstant(clock());
    for (const { mail, ...result } of settled) await settleMail(db, mail, { ...result, at });
    // Nobody is paused who was not asked.
    const unasked = settled.filter(
      ({ kind, state }) => kind === 'still-reading' && state === 'failed',
    );
    if (unasked.length === 0) return;
    await changeSubscriptions(db, config, async (writer) => {
      for (const { mail } of unasked) await writer.forgetQuestion(mail.about ?? '');
    });
  });
  return settled.map(() => undefined);
}

async function sendMail(
  deps: ServiceDependencies,
  routes: readonly Route[],
  mail: ClaimedMail,
  settleOne: (settled: Settled) => Promise<void>,
): Promise<void> {
  const { store, clock, machineClock, random, log } = deps;
  let { kind } = mail;
  const settle = (state: Settled['state']) => settleOne({ mail, kind, state });
  const postpone = (seconds: number, tried: boolean) =>
    postponeMail(store.db, mail, { retryAt: storedInstant(clock().add({ seconds })), tried });
  // A fifth of an edition's wait: first a minute, because the person is waiting for the mail.
  const retrySeconds = Math.round(retryDelaySeconds(mail.attempts + 1, random()) / 5);
  const givenUpAt = Temporal.Instant.from(mail.at).add({ hours: GIVE_UP_HOURS });
  if (Temporal.Instant.compare(clock(), givenUpAt) >= 0) {
    log.trouble('gave up on a mail to a subscriber after one day', { kind });
    return settle('failed');
  }
  let message: Message | undefined;
  try {
    const content = await findMailContent(deps, store.db, mail);
    kind = content?.kind ?? kind;
    message = content && (await composeMail(deps, mail, content));
  } catch (error) {
    log.failure('a mail to a subscriber cannot be made', error, { kind });
    return postpone(retrySeconds, true);
  }
  if (message === undefined) return settle('dropped');
  const outcome = await tryRoutes(deps, routes, mail, message);
  switch (outcome?.kind) {
    case 'accepted':
      await settle('sent');
      log.event('a mail to a subscriber was sent', { kind, attempts: mail.attempts + 1 });
      return;
    case 'failed':
      await settle('failed');
      log.event('a mail to a subscriber was refused', { kind, code: outcome.reply.code });
      return;
    case 'deferred':
    case 'inDoubt':
      return postpone(retrySeconds, true);
    case 'relayTrouble':
    case 'limited':
    case undefined: {
      // Longer than the relays rest. The next try then uses another mail: one must not block all others.
      const now = machineClock().epochMilliseconds;
      const restMs = Math.min(...routes.map(({ restsUntil }) => Math.max(0, restsUntil - now)));
      return postpone(Math.ceil(restMs / 1000) + AFTER_REST_SECONDS, false);
    }
    case 'withheld':
      return;
  }
}

/** Sends the message to the first relay that works. Undefined if none does. */
async function tryRoutes(
  deps: ServiceDependencies,
  routes: readonly Route[],
  mail: ClaimedMail,
  message: Message,
): Promise<Outcome | undefined> {
  const now = () => deps.machineClock().epochMilliseconds;
  for (const route of routes) {
    if (!isUsable(route, now())) continue;
    const outcome = await route.relay.send(message, async () => {
      // They were erased or left by now. Or this took too long, and another program has leased it.
      if (!(await holdsMail(deps.store.db, mail))) return false;
      await countAtOnce(deps.store, route.account, now());
      return true;
    });
    if (outcome.kind !== 'relayTrouble' && outcome.kind !== 'limited') {
      await noteWorks(deps.store.db, route);
      return outcome;
    }
    await noteTrouble(deps, route, outcome.reply.text);
  }
  return undefined;
}

// These mails and editions use separate routes to the same relays. The database shares a relay's trouble
// between them, also between programs.

/** Resumes routes if their relay accepted a message elsewhere. Adds troubles that others found. */
async function shareTroubles(db: Database, routes: readonly Route[]): Promise<void> {
  const rows = await relayRows(db);
  for (const route of routes) {
    const trouble = rows.get(route.account.id)?.trouble ?? undefined;
    if (trouble !== undefined) route.trouble ??= trouble;
    else if (route.trouble !== undefined) endRest(route);
  }
}

/** Records that a relay does not work, unless that is known: only one of several messages records it. */
async function noteTrouble(
  { store, machineClock, log }: ServiceDependencies,
  route: Route,
  trouble: string,
): Promise<void> {
  const now = machineClock();
  const isKnown = !isUsable(route, now.epochMilliseconds);
  restAfterTrouble(route, trouble, now.epochMilliseconds);
  if (isKnown) return;
  await setTrouble(store.db, route.account.id, trouble, storedInstant(now));
  log.trouble('a relay refuses mail to subscribers', { relay: route.account.id });
}

/** Records that a relay has accepted or judged a message. */
async function noteWorks(db: Database, route: Route): Promise<void> {
  const wasInTrouble = route.trouble !== undefined;
  endRest(route);
  if (wasInTrouble) await setTrouble(db, route.account.id, undefined, '');
}

function endRest(route: Route): void {
  noteSuccess(route);
  route.restsUntil = 0;
}
