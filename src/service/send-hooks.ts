import { createHmac } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { storedInstant } from '../database/instants.ts';
import { leaseFor } from '../database/lease.ts';
import { deliveryTable } from '../delivery/queries/deliveries.ts';
import type { ServiceDependencies, ServicePart } from '../delivery/send-dependencies.ts';
import {
  announceEdition,
  hasWaitingMessage,
  unannouncedEditions,
} from '../editions/queries/announcements.ts';
import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import { backoff } from '../kernel/retry-delay.ts';
import { PROGRAM_VERSION } from '../kernel/version.ts';
import { checkSplitBrain } from '../recovery/split-brain-guard.ts';
import { request } from '../schedule/call-url.ts';
import type { Config } from '../settings/config.ts';
import { addressEvents } from '../subscribers/hook-events.ts';
import {
  type ClaimedEvent,
  claimHookEvents,
  deleteHookEvent,
  dropHookEvents,
  forgetHookEvents,
  giveUpHookEvent,
  giveUpOldHookEvents,
  hasDueHookEvent,
  insertHookEvents,
  postponeHookEvent,
} from '../subscribers/queries/hook-events.ts';

const LOOK_AGAIN_MS = 5000;
const AFTER_TROUBLE_MS = 30_000;
const TIDY_EVERY_MS = 600_000;

/** To each hook. */
const AT_ONCE = 8;

/** Longer than a request takes. */
const LEASE_SECONDS = 30;

const FIRST_RETRY_SECONDS = 5;
const MOST_RETRY_SECONDS = 14_400;
const GIVE_UP_HOURS = 72;

/** How long a given-up event is counted. */
const FORGET_DAYS = 30;

/**
 * The part of the service that sends the events for hooks. While the database is on hold, they wait.
 */
export const sendHooks: ServicePart = async (deps, signal) => {
  let trouble = '';
  let tidiedAt = -Infinity;
  while (!signal.aborted) {
    let pauseMs = LOOK_AGAIN_MS;
    try {
      const now = deps.machineClock().epochMilliseconds;
      if (Math.abs(now - tidiedAt) > TIDY_EVERY_MS) {
        tidiedAt = now;
        await tidyHookEvents(deps);
      }
      await sendDueHooks(deps, signal);
      trouble = '';
    } catch (error) {
      // Log it once: a database may be on hold for hours.
      if (String(error) !== trouble) logTrouble(deps, error);
      trouble = String(error);
      pauseMs = AFTER_TROUBLE_MS;
    }
    await wait(pauseMs, undefined, { signal }).catch(() => {});
  }
};

function logTrouble({ log }: ServiceDependencies, error: unknown): void {
  const message = 'events for hooks wait';
  if (error instanceof BroadsheetError) log.trouble(`${message}: ${error.message}`);
  else log.failure(message, error);
}

/**
 * Sends all events that are due, once, to all hooks at the same time. An event is deleted when its hook
 * has answered with 2xx, so a crash can send it twice, with the same id, but never loses it. Throws a
 * config error if the database is on hold or there is no key to sign with.
 */
export async function sendDueHooks(deps: ServiceDependencies, signal: AbortSignal): Promise<void> {
  const { config, store, clock } = deps;
  await announceEditions(deps);
  const now = storedInstant(clock());
  const due: { readonly url: string; readonly index: number }[] = [];
  for (const url of urlsOf(config)) {
    const index = config.hooks.findIndex((hook) => hook.url === url);
    if (await hasDueHookEvent(store.db, url, now)) due.push({ url, index });
  }
  if (due.length === 0) return;
  await checkSplitBrain(deps);
  requireHookSecret(config);
  await Promise.all(due.map((hook) => sendTo(deps, hook, signal)));
}

function urlsOf({ hooks }: Config): readonly string[] {
  return [...new Set(hooks.map(({ url }) => url))];
}

/** Gives up events that are too old, and deletes those of hooks that left the config. */
export async function tidyHookEvents({
  config,
  store: { db },
  clock,
  log,
}: ServiceDependencies): Promise<void> {
  const now = clock();
  await dropHookEvents(db, urlsOf(config));
  await forgetHookEvents(db, storedInstant(now.subtract({ hours: 24 * FORGET_DAYS })));
  const oldest = storedInstant(now.subtract({ hours: GIVE_UP_HOURS }));
  const events = await giveUpOldHookEvents(db, oldest);
  if (events > 0) log.trouble('events for hooks were given up after three days', { events });
}

/** Throws a config error if there are hooks and no key. */
export function requireHookSecret({ hooks, hookSecrets }: Config): void {
  if (hooks.length === 0 || hookSecrets.length > 0) return;
  const remedy = 'make one with `echo whsec_$(openssl rand -base64 32)`';
  const fact = 'is not set, and every request to hooks is signed with it';
  throw new BroadsheetError(EXIT.config, `BROADSHEET_HOOK_SECRET  ${fact}; ${remedy}`);
}

/** Sends the due events of one hook, until none is left or one is not taken: the others then wait too. */
async function sendTo(
  deps: ServiceDependencies,
  hook: { readonly url: string; readonly index: number },
  signal: AbortSignal,
): Promise<void> {
  const { store, clock } = deps;
  let isTaking = true;
  while (isTaking && !signal.aborted) {
    const lease = await leaseFor(store, LEASE_SECONDS);
    const now = storedInstant(clock());
    const claim = { url: hook.url, now, lease, limit: AT_ONCE };
    const events = await store.transaction((db) => claimHookEvents(db, claim));
    if (events.length === 0) return;
    const taken = await Promise.all(events.map((event) => sendEvent(deps, hook, event, signal)));
    isTaking = taken.every(Boolean);
  }
}

async function sendEvent(
  deps: ServiceDependencies,
  { url, index }: { readonly url: string; readonly index: number },
  event: ClaimedEvent,
  signal: AbortSignal,
): Promise<boolean> {
  const { config, store, clock, random, log, metrics } = deps;
  const seconds = Math.floor(clock().epochMilliseconds / 1000);
  const headers = {
    'user-agent': `Broadsheet/${PROGRAM_VERSION}`,
    ...signatureHeaders(event, seconds, config.hookSecrets),
  };
  const { status, trouble } = await request(url, { body: event.payload, headers }, signal);
  const { type } = event;
  const count = (outcome: 'delivered' | 'retried' | 'failed') =>
    metrics?.count('broadsheet_hook_requests_total', { type, outcome });
  if (trouble === undefined) {
    await deleteHookEvent(store.db, event);
    count('delivered');
    return true;
  }
  const facts = { hook: index + 1, type, attempts: event.attempts + 1, reason: trouble };
  // The receiver wants nothing any more (Standard Webhooks).
  if (status === 410) {
    await giveUpHookEvent(store.db, event);
    count('failed');
    log.trouble('a hook is gone; remove it from the config', facts);
    return false;
  }
  const delay = backoff(FIRST_RETRY_SECONDS, event.attempts, MOST_RETRY_SECONDS);
  const dueAt = clock().add({ milliseconds: Math.round(delay * 1000 * (1 + random() / 5)) });
  await postponeHookEvent(store.db, event, storedInstant(dueAt));
  count('retried');
  if (!signal.aborted) log.trouble('a hook did not take an event; it is sent again later', facts);
  return false;
}

/**
 * The headers of Standard Webhooks 1.0.0: every key signs, so a receiver may have the old or the new one.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signatureHeaders(
  { id, payload }: Pick<ClaimedEvent, 'id' | 'payload'>,
  timestampSeconds: number,
  secrets: readonly string[],
): Readonly<Record<string, string>> {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const signed = `${id}.${timestampSeconds}.${payload}`;
    return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signatures.join(' '),
  };
}

/** Stores the event of each edition of which no message waits any more, once. */
async function announceEditions({ config, store, clock }: ServiceDependencies): Promise<void> {
  for (const id of await unannouncedEditions(store.db)) {
    if (await hasWaitingMessage(store.db, id)) continue;
    await store.transaction(async (db) => {
      const deliveries = await deliveryTable(db, id);
      if (deliveries.queued + deliveries.deferred > 0) return;
      const at = storedInstant(clock());
      const edition = await announceEdition(db, id, at);
      if (edition === undefined) return;
      const { newsletter, subject } = edition;
      const data = { edition: id, subject, deliveries };
      const events = addressEvents(config.hooks, [{ type: 'sent', at, newsletter, data }]);
      await insertHookEvents(db, events);
    });
  }
}
