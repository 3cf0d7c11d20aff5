import { storedInstant } from '../../database/instants.ts';
import type { ClaimedDelivery } from '../queries/claims.ts';
import { setDomainRate } from '../queries/domains.ts';
import { requeueRefused } from '../queries/refusals.ts';
import { setRelayLimits, setRelayRate, setRest } from '../queries/relay-state.ts';
import { setTrouble } from '../queries/relays.ts';
import type { Outcome } from '../relay/outcome.ts';
import { asksForSlowerPace } from '../slowed-rate.ts';
import { type DeliveryRun, isNobodys } from './deliver-one.ts';
import type { DomainThrottles } from './domain-throttles.ts';
import type { Ledger } from './ledger.ts';
import type { AboutUs, Refusals } from './refusals.ts';
import { isUsable, noteSuccess, type Route, restAfterTrouble, restForQuota } from './routes.ts';
import type { RunState } from './run-state.ts';

/** What an outcome may change. */
export interface Noting {
  readonly run: DeliveryRun;
  readonly runState: RunState;
  readonly ledger: Ledger;
  readonly throttles: DomainThrottles;
  readonly refusals: Refusals;
}

const MINUTE_MS = 60_000;

/** After a quota is used up, or all recipients are refused, one message is tried each hour. */
const QUOTA_REST_MS = 60 * MINUTE_MS;

/** After repeated requests for less, with no message accepted between them. */
const LIMIT_REST_MS = 10 * MINUTE_MS;
const MOST_LIMITED: Readonly<Record<'pace' | 'connections' | 'session', number>> = {
  ...{ pace: 8, connections: 4, session: 3 },
};

/** Replies to messages in flight at the same time count as one request. */
const ONE_REQUEST_MS = 5000;

/**
 * Notes what an outcome says beyond its own delivery: about the edition (how many are refused), the
 * relay (it works, has to rest, wants less), the destination domain (it wants a slower pace).
 * `refusedBefore` is `Refusals.count` from when the message began. What has to outlast the run goes
 * to the ledger. Returns whether deliveries were requeued. Never throws.
 */
export function noteOutcome(
  noting: Noting,
  route: Route,
  delivery: ClaimedDelivery & { readonly refusedBefore: number },
  outcome: Outcome,
): boolean {
  const { run, runState, refusals } = noting;
  const now = run.deps.machineClock().epochMilliseconds;
  run.deps.metrics?.count('broadsheet_messages_total', {
    relay: route.account.id,
    outcome: outcome.kind,
  });
  noteSessionLimit(noting, route);
  switch (outcome.kind) {
    case 'accepted':
      runState.noteSent();
      refusals.noteAccepted(route, delivery.refusedBefore);
      // The message was in flight when the relay began to rest: the rest continues.
      if (route.rest !== undefined && !isUsable(route, now)) return false;
      if (!route.works) recordTrouble(noting, route, undefined);
      noteSuccess(route);
      return false;
    case 'limited':
      noteLimit(noting, route, outcome, now);
      return true;
    case 'inDoubt':
      route.doubts += 1;
      // As many as there are connections, with none accepted between them: a relay that disconnects
      // instead of replying. It would leave every delivery in doubt.
      if (route.doubts < route.account.connections) return false;
      leaveAlone(noting, route, 'took messages whole and did not reply to them', now);
      return false;
    case 'withheld':
      return true;
    case 'deferred':
    case 'failed':
    case 'relayTrouble':
      if (isNobodys(outcome)) {
        leaveAlone(noting, route, outcome.reply.text, now);
        return true;
      }
      noteDomain(noting, delivery, outcome, now);
      return noteRefusal(noting, route, delivery, outcome);
  }
}

/** Counts a refusal. After too many of them, lets the relay rest. */
function noteRefusal(
  noting: Noting,
  route: Route,
  delivery: ClaimedDelivery,
  outcome: Extract<Outcome, { kind: 'deferred' | 'failed' | 'relayTrouble' }>,
): boolean {
  const { run, ledger, refusals } = noting;
  const reason = refusals.note(route, delivery, outcome);
  if (reason === undefined) return false;
  const ids = refusals.giveUp(route, reason);
  const at = storedInstant(run.deps.clock());
  ledger.add((db) => requeueRefused(db, ids, at));
  const { code, text } = outcome.reply;
  const said = outcome.kind === 'relayTrouble' ? text : `${code} ${text}`;
  concludeAboutUs(noting, { route, reason, said });
  return ids.length > 0;
}

/** Stops the edition, or lets the relay rest, when its refusals are about us. */
export function concludeAboutUs(noting: Noting, { route, reason, said }: AboutUs): void {
  const { runState, run } = noting;
  const now = run.deps.machineClock().epochMilliseconds;
  const { kind, refusals, of } = reason;
  const many = refusals === of ? `${refusals} in a row` : `${refusals} of ${of}`;
  switch (kind) {
    case 'policy':
      runState.stop('refusals', `the relay ${route.relay.name} refused ${many}: ${said}`);
      return;
    case 'relay':
      leaveAlone(noting, route, said, now);
      // No need to wait, but try carefully: the next run begins with one message.
      restFor(noting, route, 0, said);
      return;
    case 'slowDown':
      restFor(noting, route, LIMIT_REST_MS, `puts everyone off: ${said}`);
      return;
    default:
      restFor(noting, route, QUOTA_REST_MS, `refuses everyone, ${many}: ${said}`);
  }
}

/** Notes which limit of the relay is reached. */
function noteLimit(
  noting: Noting,
  route: Route,
  { limit, reply }: Extract<Outcome, { kind: 'limited' }>,
  now: number,
): void {
  const said = `${reply.code} ${reply.text}`;
  if (limit === 'hourlyQuota' || limit === 'dailyQuota') {
    const which = limit === 'dailyQuota' ? 'daily' : 'hourly';
    restFor(
      noting,
      route,
      QUOTA_REST_MS,
      `says that the account's ${which} quota is used up: ${said}`,
    );
    return;
  }
  route.limited += 1;
  if (limit === 'pace') slowDown(noting, route, now);
  if (limit === 'connections') takeFewerConnections(noting, route, now);
  if (route.limited < MOST_LIMITED[limit]) return;
  restFor(noting, route, LIMIT_REST_MS, `takes nothing for now: ${said}`);
}

function slowDown({ ledger }: Noting, route: Route, now: number): void {
  const rate = route.throttle.slowDown(now);
  ledger.add((db) => setRelayRate(db, route.account.id, rate));
}

function takeFewerConnections({ run, ledger }: Noting, route: Route, now: number): void {
  if (Math.abs(now - route.connectionsChangedAt) < ONE_REQUEST_MS) return;
  route.connectionsChangedAt = now;
  const connections = Math.max(1, Math.floor(route.connections / 2));
  route.connections = connections;
  route.relay.limit({ connections });
  const at = storedInstant(run.deps.machineClock());
  ledger.add((db) => setRelayLimits(db, route.account.id, { connections }, at));
}

/**
 * Notes how many messages the relay accepts over one connection. An earlier message may have shown
 * it.
 */
function noteSessionLimit({ run, ledger }: Noting, route: Route): void {
  const { messagesPerConnection } = route.relay.limits();
  if (messagesPerConnection === route.messagesPerConnection) return;
  route.messagesPerConnection = messagesPerConnection;
  if (messagesPerConnection === undefined) return;
  const at = storedInstant(run.deps.machineClock());
  ledger.add((db) => setRelayLimits(db, route.account.id, { messagesPerConnection }, at));
}

/** Notes that a domain asks for a slower pace. */
function noteDomain(
  { ledger, throttles }: Noting,
  { domain }: ClaimedDelivery,
  outcome: Outcome,
  now: number,
): void {
  if (outcome.kind !== 'deferred' || !asksForSlowerPace(outcome.reply)) return;
  const { code, text } = outcome.reply;
  const rate = throttles.slowDown(domain, now);
  ledger.add((db) => setDomainRate(db, domain, rate, `${code} ${text}`));
}

/** Lets a relay rest for `ms`, also after this run; then one message is tried. */
function restFor({ run, ledger }: Noting, route: Route, ms: number, reason: string): void {
  const now = run.deps.machineClock().epochMilliseconds;
  const until = storedInstant(run.deps.clock().add({ milliseconds: ms }));
  route.isProbing = true;
  route.works = false;
  if (ms > 0) restForQuota(route, now, now + ms, { reason, until });
  ledger.add((db) => setRest(db, route.account.id, { until, reason }));
}

function leaveAlone(noting: Noting, route: Route, trouble: string, now: number): void {
  restAfterTrouble(route, trouble, now);
  recordTrouble(noting, route, trouble);
}

function recordTrouble(
  { run, ledger }: Noting,
  { account }: Route,
  trouble: string | undefined,
): void {
  const at = storedInstant(run.deps.machineClock());
  ledger.add((db) => setTrouble(db, account.id, trouble, at));
}
