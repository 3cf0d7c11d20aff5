import { setTimeout as wait } from 'node:timers/promises';
import { asksForSlowerPace, currentRate } from '../model/domain-rate.ts';
import type { Outcome } from '../smtp/outcome.ts';
import { type ClaimedDelivery, claimDeliveries, giveBackAll } from '../store/claims.ts';
import { forgetDomains, readDomainRates, setDomainRate } from '../store/domains.ts';
import { storedInstant } from '../store/instants.ts';
import { forgetOldUse, setTrouble } from '../store/relays.ts';
import { type Course, openCourse } from './course.ts';
import { type DeliveryRun, deliverOne } from './deliver-one.ts';
import { type Dispatch, openDispatch } from './dispatch.ts';
import { type DomainGates, openDomainGates } from './domain-gates.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { noteSuccess, type Route, restAfterTrouble } from './routes.ts';
import type { Stopped } from './send-report.ts';
import { whyClosed } from './why-closed.ts';

/** What one run came to. */
export interface DeliveryResult {
  /** Accepted in this run. */
  readonly sent: number;
  readonly stopped?: Stopped;
}

/** How many deliveries a connection has in hand: enough to work on while others are claimed. */
const CLAIMS_PER_CONNECTION = 10;

/** After a signal, what is in flight has this long. */
const GRACE_MS = 6000;

/** What the workers of one run share. */
interface Workshop {
  readonly run: DeliveryRun;
  readonly routes: readonly Route[];
  readonly course: Course;
  readonly ledger: Ledger;
  readonly gates: DomainGates;
  readonly dispatch: Dispatch;
}

/**
 * Sends what is due of the edition over the connections of all routes, until nothing is, no relay
 * can go on, too much is refused, the edition is stale or paused, or `signal` is aborted; then
 * gives back what is left. Every message is on record as submitting before a relay can have all of
 * it. Throws when the ledger cannot be written: then nothing goes any more. `recipients` is for
 * showing progress, `freshUntil` is when the edition is stale.
 */
export async function deliverClaims(
  run: DeliveryRun,
  routes: readonly Route[],
  limits: { readonly recipients: number; readonly freshUntil: Temporal.Instant },
  signal: AbortSignal | undefined,
): Promise<DeliveryResult> {
  const { store, log, clock } = run.deps;
  const shop = await openWorkshop(run, routes, limits.freshUntil);
  const { course, ledger } = shop;
  let done = 0;
  const onDone = () => {
    done += 1;
    log.progress('Sending', Math.min(done, limits.recipients), limits.recipients);
  };
  const unwatch = watch(signal, routes, course);
  const workers = routes.flatMap((route) =>
    Array.from({ length: route.account.connections }, () =>
      work(shop, route, onDone).catch((error: unknown) => course.fail(error)),
    ),
  );
  await Promise.all(workers);
  unwatch();
  await ledger.settle().catch((error: unknown) => {
    course.fail(error);
    return ledger.rescue();
  });
  // When the disk is full this fails too; the next run finds this sender gone, and settles it.
  const now = storedInstant(clock());
  await giveBackAll(store.db, run.sender, now).catch((error: unknown) => course.fail(error));
  return course.end();
}

async function openWorkshop(
  run: DeliveryRun,
  routes: readonly Route[],
  freshUntil: Temporal.Instant,
): Promise<Workshop> {
  const { deps, sender } = run;
  const { store, config, machineClock } = deps;
  const now = () => machineClock().epochMilliseconds;
  const course = openCourse();
  const ledger = openLedger(store, sender, deps);
  const gates = openDomainGates(config.domains, await currentRates(run, now()));
  const claim = claimerOf(run, { routes, course, ledger, freshUntil });
  const giveBack = ({ id }: ClaimedDelivery) => ledger.giveBack(id);
  const dispatch = openDispatch({ routes, gates, course, claim, giveBack, now });
  return { run, routes, course, ledger, gates, dispatch };
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

function claimerOf(
  { deps, edition, sender }: DeliveryRun,
  {
    routes,
    course,
    ledger,
    freshUntil,
  }: Pick<Workshop, 'routes' | 'course' | 'ledger'> & { readonly freshUntil: Temporal.Instant },
): (notTo: readonly string[]) => Promise<readonly ClaimedDelivery[]> {
  const connections = routes.reduce((sum, { account }) => sum + account.connections, 0);
  const limit = connections * CLAIMS_PER_CONNECTION;
  const claimAfter = (after: number, now: string, notTo: readonly string[]) =>
    deps.store.transaction((db) =>
      claimDeliveries(db, { edition: edition.id, sender, now, limit, notTo, after }),
    );
  let last = 0;
  return async (notTo) => {
    const now = deps.clock();
    if (Temporal.Instant.compare(now, freshUntil) >= 0) {
      course.stop('stale', `${edition.id} is too old to be sent any further`);
      return [];
    }
    // What went back to the queue just now is there to be claimed.
    await ledger.settle();
    const at = storedInstant(now);
    const onwards = last === 0 ? [] : await claimAfter(last, at, notTo);
    // From the start again: something may have come back, or be due by now.
    const claimed = onwards.length > 0 ? onwards : await claimAfter(0, at, notTo);
    last = claimed.at(-1)?.id ?? 0;
    return claimed;
  };
}

/** One connection's work. */
async function work(shop: Workshop, route: Route, onDone: () => void): Promise<void> {
  const { run, course, ledger, dispatch } = shop;
  for (;;) {
    const delivery = await dispatch.next(route);
    if (delivery === undefined) return;
    let outcome: Outcome = { kind: 'withheld' };
    try {
      outcome = await deliverOne(run, { ledger, route }, delivery);
      note(shop, route, delivery, outcome);
      if (outcome.kind === 'withheld') await stopIfClosed(run, course);
      if (outcome.kind !== 'relayTrouble' && outcome.kind !== 'withheld') onDone();
    } catch (error) {
      course.fail(error);
    } finally {
      const isReturned = outcome.kind === 'relayTrouble' || outcome.kind === 'withheld';
      dispatch.done(route, delivery, isReturned);
    }
  }
}

/** Where the edition was paused or called off: what is claimed need not be tried one after the other. */
async function stopIfClosed({ deps, edition }: DeliveryRun, course: Course): Promise<void> {
  const message = await whyClosed(deps.store.db, edition.id);
  if (message !== undefined) course.stop('paused', message);
}

/** What the outcome says of the relay, the destination domain and the edition. */
function note(
  { run, course, ledger, gates }: Workshop,
  route: Route,
  { domain }: ClaimedDelivery,
  outcome: Outcome,
): void {
  const now = run.deps.machineClock().epochMilliseconds;
  course.note(outcome, route.relay.name);
  if (outcome.kind === 'accepted') {
    if (!route.works) noteTrouble(run, ledger, route, undefined);
    noteSuccess(route);
  }
  if (outcome.kind === 'relayTrouble') {
    restAfterTrouble(route, outcome.reply.text, now);
    noteTrouble(run, ledger, route, outcome.reply.text);
  }
  if (outcome.kind === 'inDoubt') {
    route.doubts += 1;
    // As many as there are connections, with none accepted between them: a relay that breaks off
    // in place of replying, which would leave everyone in doubt.
    if (route.doubts >= route.account.connections) {
      const trouble = 'took messages whole and did not reply to them';
      restAfterTrouble(route, trouble, now);
      noteTrouble(run, ledger, route, trouble);
    }
  }
  if (outcome.kind === 'deferred' && asksForSlowerPace(outcome.reply)) {
    const { code, text } = outcome.reply;
    const rate = gates.slowDown(domain, now);
    ledger.add((db) => setDomainRate(db, domain, rate, `${code} ${text}`));
  }
}

function noteTrouble(
  { deps }: DeliveryRun,
  ledger: Ledger,
  { account }: Route,
  trouble: string | undefined,
): void {
  const at = storedInstant(deps.machineClock());
  ledger.add((db) => setTrouble(db, account.id, trouble, at));
}

/** Stops when `signal` is aborted; what is in flight then has a little time. Call the answer in the end. */
function watch(
  signal: AbortSignal | undefined,
  routes: readonly Route[],
  course: Course,
): () => void {
  const over = new AbortController();
  const dropAll = () => {
    for (const { relay } of routes) relay.drop();
  };
  const onAbort = () => {
    course.stop('signal', 'it was asked to stop');
    wait(GRACE_MS, undefined, { signal: over.signal }).then(dropAll, () => {});
  };
  if (signal?.aborted) onAbort();
  else signal?.addEventListener('abort', onAbort, { signal: over.signal });
  return () => over.abort();
}
