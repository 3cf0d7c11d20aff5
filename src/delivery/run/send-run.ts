import { setTimeout as wait } from 'node:timers/promises';
import { storedInstant } from '../../database/instants.ts';
import { type ClaimedDelivery, giveBackAll } from '../queries/claims.ts';
import { forgetDomains, readDomainRates } from '../queries/domains.ts';
import { forgetOldUse } from '../queries/relays.ts';
import { currentRate } from '../slowed-rate.ts';
import { concludeAboutUs, type Noting, noteOutcome } from './breaker.ts';
import { claimsInOrder } from './claims-in-order.ts';
import { type DeliveryRun, deliverOne } from './deliver-one.ts';
import { type Dispatch, openDispatch } from './dispatch.ts';
import { openDomainThrottles } from './domain-throttles.ts';
import { openLedger } from './ledger.ts';
import { openRefusals } from './refusals.ts';
import { restoreRoutes } from './restore-routes.ts';
import type { Route } from './routes.ts';
import { openRunState, type RunState } from './run-state.ts';
import type { Stopped } from './send-report.ts';
import { whyClosed } from './why-closed.ts';

/** The result of one run. */
export interface DeliveryResult {
  /** Messages that relays accepted in this run. */
  readonly sent: number;
  readonly stopped?: Stopped;
}

/** After a signal, messages in flight have this long to finish. */
const GRACE_MS = 6000;

/** What the workers of one run share. */
interface Workshop extends Noting {
  readonly dispatch: Dispatch;
}

/**
 * Sends the due deliveries of the edition over the connections of all routes. Ends when nothing is
 * due, no relay can continue, too much is refused, the edition is stale or paused, or `signal` is
 * aborted. Then it requeues what is left.
 *
 * Each message is recorded as submitting before a relay can have all of it. Throws if the ledger
 * cannot be written: then no more messages go out. `recipients` is for the progress display,
 * `freshUntil` is when the edition becomes stale. With `triesAtOnce` no relay rests.
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
  // If the disk is full this fails too. The next run sees that this sender is gone, and settles it.
  const now = storedInstant(clock());
  await giveBackAll(store.db, run.sender, now).catch((error: unknown) => runState.fail(error));
  return runState.end();
}

/**
 * Writes what is not on disk yet, and decides whom the refusals are about. Returns true if the run
 * continues with another relay.
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

/** Reads the rates of domains. Deletes rates that have recovered, and old counts of relays. */
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

/** The loop of one connection. */
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

/**
 * If the edition was paused or cancelled, stops the run: there is no need to try each claimed
 * delivery.
 */
async function stopIfClosed({ deps, edition }: DeliveryRun, runState: RunState): Promise<void> {
  const message = await whyClosed(deps.store.db, edition.id);
  if (message !== undefined) runState.stop('paused', message);
}

/**
 * Stops the run when `signal` is aborted; messages in flight then have a little time. Returns a
 * function that ends the watching.
 */
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
