import { setTimeout as wait } from 'node:timers/promises';
import { storedInstant } from '../../database/instants.ts';
import { type ClaimedDelivery, giveBackAll } from '../queries/claims.ts';
import { forgetDomains, readDomainRates } from '../queries/domains.ts';
import { forgetOldUse } from '../queries/relays.ts';
import { currentRate } from '../slowed-rate.ts';
import { claimsInOrder } from './claims-in-order.ts';
import { type DeliveryRun, deliverOne } from './deliver-one.ts';
import { type Dispatch, openDispatch } from './dispatch.ts';
import { openDomainThrottles } from './domain-throttles.ts';
import { openLedger } from './ledger.ts';
import { concludeAboutUs, type Noting, noteOutcome } from './note-outcome.ts';
import { openRefusals } from './refusals.ts';
import { restoreRoutes } from './restore-routes.ts';
import type { Route } from './routes.ts';
import { openRunState, type RunState } from './run-state.ts';
import type { Stopped } from './send-report.ts';
import { whyClosed } from './why-closed.ts';

/** What one run came to. */
export interface DeliveryResult {
  /** Accepted in this run. */
  readonly sent: number;
  readonly stopped?: Stopped;
}

/** After a signal, what is in flight has this long. */
const GRACE_MS = 6000;

/** What the workers of one run share. */
interface Workshop extends Noting {
  readonly dispatch: Dispatch;
}

/**
 * Sends what is due of the edition over the connections of all routes, until nothing is, no relay
 * can go on, too much is refused, the edition is stale or paused, or `signal` is aborted; then
 * gives back what is left. Every message is on record as submitting before a relay can have all of
 * it. Throws when the ledger cannot be written: then nothing goes any more. `recipients` is for
 * showing progress, `freshUntil` is when the edition is stale; with `triesAtOnce` no relay is at rest.
 */
export async function deliverClaims(
  run: DeliveryRun,
  routes: readonly Route[],
  limits: {
    readonly recipients: number;
    readonly freshUntil: Temporal.Instant;
    readonly triesAtOnce: boolean;
  },
  signal: AbortSignal | undefined,
): Promise<DeliveryResult> {
  const { store, log, clock } = run.deps;
  await restoreRoutes(run.deps, routes, limits);
  const shop = await openWorkshop(run, routes, limits.freshUntil);
  const { runState } = shop;
  let done = 0;
  const onDone = () => {
    done += 1;
    log.progress('Sending', Math.min(done, limits.recipients), limits.recipients);
  };
  const unwatch = watch(signal, routes, runState);
  const workOn = () =>
    Promise.all(
      routes.flatMap((route) =>
        Array.from({ length: route.account.connections }, () =>
          work(shop, route, onDone).catch((error: unknown) => runState.fail(error)),
        ),
      ),
    );
  do await workOn();
  while (await settleAll(shop));
  unwatch();
  await shop.dispatch.end();
  // When the disk is full this fails too; the next run finds this sender gone, and settles it.
  const now = storedInstant(clock());
  await giveBackAll(store.db, run.sender, now).catch((error: unknown) => runState.fail(error));
  return runState.end();
}

/**
 * Writes what is not on the disk yet, and settles whom the refusals are about. True where the run goes on
 * by another relay.
 */
async function settleAll(shop: Workshop): Promise<boolean> {
  const { run, runState, ledger, refusals, dispatch } = shop;
  try {
    await ledger.settle();
    const aboutUs = await run.deps.store.transaction((db) => refusals.settle(db));
    for (const each of aboutUs) concludeAboutUs(shop, each);
    if (aboutUs.length > 0) dispatch.goOn();
    await ledger.settle();
    return aboutUs.length > 0 && runState.mayGoOn();
  } catch (error) {
    runState.fail(error);
    await ledger.rescue();
    return false;
  }
}

async function openWorkshop(
  run: DeliveryRun,
  routes: readonly Route[],
  freshUntil: Temporal.Instant,
): Promise<Workshop> {
  const { deps, sender } = run;
  const { store, config, machineClock } = deps;
  const now = () => machineClock().epochMilliseconds;
  const runState = openRunState();
  const ledger = openLedger(store, sender, deps);
  const throttles = openDomainThrottles(config.domains, await currentRates(run, now()));
  const claim = claimsInOrder(run, { routes, runState, ledger, freshUntil });
  const giveBack = ({ id }: ClaimedDelivery) => ledger.giveBack(id);
  const dispatch = openDispatch({ routes, throttles, runState, claim, giveBack, now });
  const refusals = openRefusals(run);
  return { run, runState, ledger, throttles, dispatch, refusals };
}

/** Rates of domains; those that have climbed back, and old counts of relays, are forgotten. */
async function currentRates({ deps }: DeliveryRun, now: number) {
  return deps.store.transaction(async (db) => {
    await forgetOldUse(db, now);
    const rates = await readDomainRates(db);
    const free = [...rates].filter(([, rate]) => currentRate(rate, now) === undefined);
    await forgetDomains(
      db,
      free.map(([domain]) => domain),
    );
    return rates;
  });
}

/** One connection's work. */
async function work(shop: Workshop, route: Route, onDone: () => void): Promise<void> {
  const { run, runState, ledger, dispatch, refusals } = shop;
  for (;;) {
    const delivery = await dispatch.next(route);
    if (delivery === undefined) return;
    let isReturned = true;
    const refusedBefore = refusals.count(route);
    try {
      const outcome = await deliverOne(run, { ledger, route }, delivery);
      isReturned = noteOutcome(shop, route, { ...delivery, refusedBefore }, outcome);
      if (outcome.kind === 'withheld') await stopIfClosed(run, runState);
      if (!isReturned) onDone();
    } catch (error) {
      runState.fail(error);
    } finally {
      dispatch.done(route, delivery, isReturned);
    }
  }
}

/** Where the edition was paused or cancelled: what is claimed need not be tried one after the other. */
async function stopIfClosed({ deps, edition }: DeliveryRun, runState: RunState): Promise<void> {
  const message = await whyClosed(deps.store.db, edition.id);
  if (message !== undefined) runState.stop('paused', message);
}

/** Stops when `signal` is aborted; what is in flight then has a little time. Call the answer in the end. */
function watch(
  signal: AbortSignal | undefined,
  routes: readonly Route[],
  runState: RunState,
): () => void {
  const over = new AbortController();
  const dropAll = () => {
    for (const { relay } of routes) relay.drop();
  };
  const onAbort = () => {
    runState.stop('signal', 'it was asked to stop');
    wait(GRACE_MS, undefined, { signal: over.signal }).then(dropAll, () => {});
  };
  if (signal?.aborted) onAbort();
  else signal?.addEventListener('abort', onAbort, { signal: over.signal });
  return () => over.abort();
}
