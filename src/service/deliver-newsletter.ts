import { storedInstant } from '../database/instants.ts';
import {
  changesBeforeSending,
  retractionRemedy,
  whyRetracted,
} from '../delivery/editions/retractions.ts';
import { pauseEdition } from '../delivery/queries/edition-changes.ts';
import { findUnfinished, type Unfinished } from '../delivery/queries/unfinished.ts';
import { deliverEdition } from '../delivery/run/deliver-edition.ts';
import { prepareSend } from '../delivery/run/prepare-send.ts';
import { allRestMs } from '../delivery/run/routes.ts';
import { freshSince, settleLedger } from '../delivery/run/settle-ledger.ts';
import type { ServiceDependencies } from '../delivery/send-dependencies.ts';
import { findStoredEdition } from '../editions/compose/find-stored-edition.ts';
import { concludeSlots } from '../schedule/conclude-slots.ts';
import type { NewsletterSettings } from '../settings/settings.ts';

/** In this time after composing, the posts of an edition are assumed to be unchanged. */
const JUST_NOW_MINUTES = 2;

/** How a round ended, and the milliseconds until the next one is due, if known. */
export interface DeliveryRound {
  readonly isTrouble: boolean;
  readonly waitMs: number;
}

/**
 * Sends the planned editions of a newsletter that are due, each as far as possible now, and updates its
 * slots. Never throws: errors are logged.
 */
export async function deliverNewsletter(
  deps: ServiceDependencies,
  newsletter: NewsletterSettings,
  signal: AbortSignal,
): Promise<DeliveryRound> {
  const { log } = deps;
  let isTrouble = false;
  try {
    for (const { edition, deliveries } of await settleLedger(deps, newsletter)) {
      const facts = { newsletter: newsletter.id, edition, deliveries };
      log.trouble('the edition is too old; subscribers who still waited do not get it', facts);
    }
    const restMs = await allRestMs(deps);
    // Every edition would stop before its first message, and log that each minute.
    const unfinished = restMs > 0 ? [] : await unfinishedOf(deps, newsletter);
    for (const { edition } of unfinished) {
      if (signal.aborted) break;
      const facts = { newsletter: newsletter.id, edition };
      if (!(await continueEdition(deps, facts, signal))) isTrouble = true;
    }
    await concludeSlots(deps);
    return { isTrouble, waitMs: restMs > 0 ? restMs : await untilNextMs(deps, newsletter) };
  } catch (error) {
    log.failure('the editions could not be read', error, { newsletter: newsletter.id });
    return { isTrouble: true, waitMs: Number.POSITIVE_INFINITY };
  }
}

/**
 * Planned editions that may be sent. Editions that are only composed or are paused need somebody's
 * decision.
 */
async function unfinishedOf(
  { store, clock }: ServiceDependencies,
  newsletter: NewsletterSettings,
): Promise<readonly Unfinished[]> {
  const since = freshSince(newsletter, clock());
  const unfinished = await findUnfinished(store.db, newsletter.id, since);
  return unfinished.filter(({ isPlanned, isPaused }) => isPlanned && !isPaused);
}

/**
 * Continues one edition. Logs the result. Returns false after an error, or if an immediate retry would be
 * useless.
 */
async function continueEdition(
  deps: ServiceDependencies,
  facts: { readonly newsletter: string; readonly edition: string },
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const prepared = await prepareSend(deps, facts);
    if (prepared.kind !== 'ready') return true;
    if (await pauseRetracted(deps, facts.edition)) return true;
    deps.log.event('send run started', { ...facts, recipients: prepared.recipients });
    const { sent, deliveries, stopped, bounced } = await deliverEdition(deps, prepared, signal);
    const { accepted, failed, deferred, queued } = deliveries;
    const totals = { ...facts, sent, accepted, failed, deferred, queued, bounced: bounced.length };
    if (stopped === undefined || stopped.because === 'signal') {
      deps.log.event('send run finished', totals);
      return true;
    }
    const { because, message } = stopped;
    deps.log.trouble(`the edition stopped: ${message}`, { ...totals, because });
    return because === 'quota';
  } catch (error) {
    deps.log.failure('the send could not continue', error, facts);
    return false;
  }
}

/**
 * Pauses an edition if nobody has got it yet and one of its posts was removed after it was composed.
 * An edition that was just composed is not checked, because it takes time to read all posts.
 */
async function pauseRetracted(deps: ServiceDependencies, edition: string): Promise<boolean> {
  const { store, clock, log } = deps;
  const stored = await findStoredEdition(store.db, edition);
  const age = clock().since(Temporal.Instant.from(stored.edition.composedAt)).total('minutes');
  if (age < JUST_NOW_MINUTES) return false;
  const reason = whyRetracted(await changesBeforeSending(deps, stored));
  if (reason === undefined) return false;
  const at = storedInstant(clock());
  await pauseEdition(store.db, edition, { by: 'retraction', reason, at });
  const remedy = retractionRemedy(stored.edition.newsletter, edition);
  log.trouble(`the edition is on hold: ${reason}; ${remedy}`, { edition });
  return true;
}

/** Milliseconds until the first postponed delivery is due; at least a second, to avoid a busy loop. */
async function untilNextMs(
  deps: ServiceDependencies,
  newsletter: NewsletterSettings,
): Promise<number> {
  const retries = (await unfinishedOf(deps, newsletter)).flatMap(({ retryAt }) => retryAt ?? []);
  const [first] = retries.toSorted();
  if (first === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(1000, Temporal.Instant.from(first).since(deps.clock()).total('milliseconds'));
}
