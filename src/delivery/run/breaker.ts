import { storedInstant } from '../../database/instants.ts';
import type { Database } from '../../database/tables.ts';
import type { ClaimedDelivery } from '../queries/claims.ts';
import { setDomainRate } from '../queries/domains.ts';
import { disbelieve, failRefused, hasAccepted, requeueRefused } from '../queries/refusals.ts';
import { setRelayLimits, setRelayRate, setRest, setTrouble } from '../queries/relays.ts';
import {
  addAccepted,
  addRefusal,
  afterGivingUp,
  type Judgement,
  judgePast,
  judgeTail,
  type NumberedRefusal,
  noRefusals,
  type ReasonToStop,
  type Refusal,
  type RefusalState,
  reasonToStop,
  replyPattern,
} from '../refusals.ts';
import { asksForSlowerPace, isGreylisting } from '../relay/classify-reply.ts';
import type { Outcome } from '../relay/relay.ts';
import type { SendDependencies } from '../send-dependencies.ts';
import { type DomainThrottles, ONE_REQUEST_MS } from '../throttle.ts';
import type { Ledger } from './ledger.ts';
import { isUsable, noteSuccess, type Route, restAfterTrouble, restForQuota } from './routes.ts';
import type { RunState } from './run-state.ts';

const MINUTE_MS = 60_000;

/** After a quota is used up, or all recipients are refused, one message is tried each hour. */
const QUOTA_REST_MS = 60 * MINUTE_MS;

/** After repeated requests for less, with no message accepted between them. */
const LIMIT_REST_MS = 10 * MINUTE_MS;
const MOST_LIMITED: Readonly<Record<'pace' | 'connections' | 'session', number>> = {
  pace: 8,
  connections: 4,
  session: 3,
};

/** What a run knows about the refusals of one relay. */
interface RelayRefusals {
  state: RefusalState;
  /** Refused before another message was accepted. */
  readonly past: NumberedRefusal[];
  /** The last reply that was a refusal. */
  said: string;
}

/** A relay that stopped before it got a reader's address: the delivery is requeued unchanged. */
export function isNobodys(outcome: Outcome): boolean {
  return outcome.kind === 'relayTrouble' && outcome.recipientNamed !== true;
}

/**
 * Draws conclusions from the outcomes of a run: which relays work, have to rest or want less, which
 * domains want a slower pace, and whether too much is refused. What has to outlast the run goes to
 * the ledger.
 *
 * Refusals are deferred until it is known whom they are about. One reply doesn't show that: the
 * replies to messages before and after it do.
 */
export class Breaker {
  readonly #deps: SendDependencies;
  readonly #edition: string;
  readonly #runState: RunState;
  readonly #ledger: Ledger;
  readonly #throttles: DomainThrottles;
  readonly #refusals = new Map<Route, RelayRefusals>();

  constructor(
    deps: SendDependencies,
    edition: string,
    run: {
      readonly runState: RunState;
      readonly ledger: Ledger;
      readonly throttles: DomainThrottles;
    },
  ) {
    this.#deps = deps;
    this.#edition = edition;
    this.#runState = run.runState;
    this.#ledger = run.ledger;
    this.#throttles = run.throttles;
  }

  /** How many messages the relay has refused so far. `note` needs the number when a message began. */
  countRefused(route: Route): number {
    return this.#refusalsOf(route).state.refused;
  }

  /**
   * Notes what an outcome says beyond its own delivery. `refusedBefore` is `countRefused` from when
   * the message began. Returns whether deliveries were requeued. Never throws.
   */
  note(route: Route, delivery: ClaimedDelivery, outcome: Outcome, refusedBefore: number): boolean {
    const now = this.#now();
    const labels = { relay: route.account.id, outcome: outcome.kind };
    this.#deps.metrics?.count('broadsheet_messages_total', labels);
    this.#noteSessionLimit(route);
    switch (outcome.kind) {
      case 'accepted':
        this.#runState.sent += 1;
        this.#noteAccepted(route, refusedBefore);
        // The message was in flight when the relay began to rest: the rest continues.
        if (route.rest !== undefined && !isUsable(route, now)) return false;
        if (!route.works) this.#saveTrouble(route, undefined);
        noteSuccess(route);
        return false;
      case 'limited':
        this.#noteLimit(route, outcome);
        return true;
      case 'inDoubt':
        route.doubts += 1;
        // As many as there are connections, with none accepted between them: a relay that disconnects
        // instead of replying. It would leave every delivery in doubt.
        if (route.doubts < route.account.connections) return false;
        this.#avoid(route, 'took messages whole and did not reply to them');
        return false;
      case 'withheld':
        return true;
      case 'deferred':
      case 'failed':
      case 'relayTrouble':
        if (isNobodys(outcome)) {
          this.#avoid(route, outcome.reply.text);
          return true;
        }
        this.#noteDomain(delivery, outcome);
        return this.#noteRefusal(route, delivery, outcome);
    }
  }

  /**
   * When nothing more is due: settles every refusal, and forgets it. Stops the run, or lets relays
   * rest, whose refusals prove to be about us. Returns whether there were any.
   */
  async settle(): Promise<boolean> {
    const aboutUs = await this.#deps.store.transaction(async (db) => {
      const found: { route: Route; reason: ReasonToStop; said: string }[] = [];
      for (const [route, refusals] of this.#refusals) {
        const reason = await this.#settleRelay(db, route, refusals);
        if (reason !== undefined) found.push({ route, reason, said: refusals.said });
      }
      return found;
    });
    this.#refusals.clear();
    for (const { route, reason, said } of aboutUs) this.#conclude(route, reason, said);
    return aboutUs.length > 0;
  }

  #refusalsOf(route: Route): RelayRefusals {
    const known = this.#refusals.get(route);
    if (known !== undefined) return known;
    const none = { state: noRefusals(route.isProbing), past: [], said: '' };
    this.#refusals.set(route, none);
    return none;
  }

  #noteAccepted(route: Route, refusedBefore: number): void {
    const refusals = this.#refusalsOf(route);
    const { state, past } = addAccepted(refusals.state, refusedBefore);
    refusals.state = state;
    refusals.past.push(...past);
  }

  /** Counts a refusal. After too many of them, they are about us: requeues them. */
  #noteRefusal(
    route: Route,
    delivery: ClaimedDelivery,
    outcome: Extract<Outcome, { kind: 'deferred' | 'failed' | 'relayTrouble' }>,
  ): boolean {
    const domain = this.#throttles.nameOf(delivery.domain);
    const refusal = refusalOf({ ...delivery, domain }, outcome);
    if (refusal === undefined) return false;
    const refusals = this.#refusalsOf(route);
    refusals.said = saidBy(outcome);
    refusals.state = addRefusal(refusals.state, refusal);
    const reason = reasonToStop(refusals.state);
    if (reason === undefined) return false;
    const ids = this.#giveUp(route, refusals, reason);
    const at = storedInstant(this.#deps.clock());
    this.#ledger.add((db) => requeueRefused(db, ids, at));
    const { code, text } = outcome.reply;
    this.#conclude(route, reason, outcome.kind === 'relayTrouble' ? text : `${code} ${text}`);
    return ids.length > 0;
  }

  /** Forgets the relay's refusals. Returns the ids of the deliveries to requeue. */
  #giveUp(route: Route, { state, past }: RelayRefusals, { kind }: ReasonToStop): readonly number[] {
    const isPolicy = kind === 'policy';
    // Requests for a slower pace stay deferred.
    const tail = state.tail.filter((each) => each.kind !== 'slowDown');
    const again = isPolicy ? past.filter((each) => each.kind === 'policy') : [];
    const kept = past.filter((each) => !again.includes(each));
    this.#refusals.set(route, { state: afterGivingUp(state, !isPolicy), past: kept, said: '' });
    return [...tail, ...again].map(({ id }) => id);
  }

  /** Returns the reason if the relay's refusals are about us. */
  async #settleRelay(
    db: Database,
    { account }: Route,
    { state, past }: RelayRefusals,
  ): Promise<ReasonToStop | undefined> {
    const tookBefore = () => hasAccepted(db, this.#edition, account.id);
    const isTaken = state.accepted > 0 || (state.tail.length > 0 && (await tookBefore()));
    const judged = new Map([...judgePast(past, state), ...judgeTail(state, isTaken)]);
    const all: readonly Refusal[] = [...past, ...state.tail];
    await this.#write(db, all, judged);
    // The reason for the rest was already reported.
    if (state.isGivenUp) return undefined;
    const aboutUs = all.filter(({ id }) => judged.get(id) === 'us');
    const kind = aboutUs.at(-1)?.kind;
    return kind && { kind, refusals: aboutUs.length, of: aboutUs.length };
  }

  async #write(
    db: Database,
    all: readonly Refusal[],
    judged: ReadonlyMap<number, Judgement>,
  ): Promise<void> {
    const at = storedInstant(this.#deps.clock());
    const idsOf = (judgement: Judgement, fits: (refusal: Refusal) => boolean = () => true) =>
      all.filter((each) => judged.get(each.id) === judgement && fits(each)).map(({ id }) => id);
    const isUnclear = ({ kind }: Refusal) => kind === 'unclear';
    const isFinal = (each: Refusal) => each.isFinal && !isUnclear(each);
    await failRefused(db, idsOf('reader', isUnclear), at, 'noSuchAddress');
    await failRefused(db, idsOf('reader', isFinal), at);
    await failRefused(db, idsOf('doubtful'), at, 'unclear');
    await requeueRefused(db, idsOf('us'), at);
    const aboutMailboxes = idsOf('later', ({ kind }) => kind === 'mailboxTrouble');
    await disbelieve(db, aboutMailboxes);
  }

  /** Stops the edition, or lets the relay rest, when its refusals are about us. */
  #conclude(route: Route, { kind, refusals, of }: ReasonToStop, said: string): void {
    const many = refusals === of ? `${refusals} in a row` : `${refusals} of ${of}`;
    switch (kind) {
      case 'policy':
        this.#runState.stop('refusals', `the relay ${route.relay.name} refused ${many}: ${said}`);
        return;
      case 'relay':
        this.#avoid(route, said);
        // No need to wait, but try carefully: the next run begins with one message.
        this.#restFor(route, 0, said);
        return;
      case 'slowDown':
        this.#restFor(route, LIMIT_REST_MS, `puts everyone off: ${said}`);
        return;
      default:
        this.#restFor(route, QUOTA_REST_MS, `refuses everyone, ${many}: ${said}`);
    }
  }

  /** Notes which limit of the relay is reached. */
  #noteLimit(route: Route, { limit, reply }: Extract<Outcome, { kind: 'limited' }>): void {
    const said = `${reply.code} ${reply.text}`;
    if (limit === 'hourlyQuota' || limit === 'dailyQuota') {
      const which = limit === 'dailyQuota' ? 'daily' : 'hourly';
      const reason = `says that the account's ${which} quota is used up: ${said}`;
      this.#restFor(route, QUOTA_REST_MS, reason);
      return;
    }
    route.limited += 1;
    if (limit === 'pace') {
      const rate = route.throttle.slowDown(this.#now());
      this.#ledger.add((db) => setRelayRate(db, route.account.id, rate));
    }
    if (limit === 'connections') this.#useFewerConnections(route);
    if (route.limited < MOST_LIMITED[limit]) return;
    this.#restFor(route, LIMIT_REST_MS, `takes nothing for now: ${said}`);
  }

  #useFewerConnections(route: Route): void {
    const now = this.#now();
    if (Math.abs(now - route.connectionsChangedAt) < ONE_REQUEST_MS) return;
    route.connectionsChangedAt = now;
    const connections = Math.max(1, Math.floor(route.throttle.connections / 2));
    route.throttle.connections = connections;
    route.relay.limit({ connections });
    this.#saveLimits(route, { connections });
  }

  /**
   * Notes how many messages the relay accepts over one connection. An earlier message may have shown
   * it.
   */
  #noteSessionLimit(route: Route): void {
    const { messagesPerConnection } = route.relay.limits();
    if (messagesPerConnection === route.messagesPerConnection) return;
    route.messagesPerConnection = messagesPerConnection;
    if (messagesPerConnection !== undefined) this.#saveLimits(route, { messagesPerConnection });
  }

  /** Notes that a domain asks for a slower pace. */
  #noteDomain({ domain }: ClaimedDelivery, outcome: Outcome): void {
    if (outcome.kind !== 'deferred' || !asksForSlowerPace(outcome.reply)) return;
    const { code, text } = outcome.reply;
    const now = this.#now();
    const rate = this.#throttles.of(domain, now).slowDown(now);
    const name = this.#throttles.nameOf(domain);
    this.#ledger.add((db) => setDomainRate(db, name, rate, `${code} ${text}`));
  }

  /** Lets a relay rest for `ms`, also after this run; then one message is tried. */
  #restFor(route: Route, ms: number, reason: string): void {
    const now = this.#now();
    const until = storedInstant(this.#deps.clock().add({ milliseconds: ms }));
    route.isProbing = true;
    route.works = false;
    if (ms > 0) restForQuota(route, now, now + ms, { reason, until });
    this.#ledger.add((db) => setRest(db, route.account.id, { until, reason }));
  }

  /** Uses the relay no more for a while. */
  #avoid(route: Route, trouble: string): void {
    restAfterTrouble(route, trouble, this.#now());
    this.#saveTrouble(route, trouble);
  }

  #saveTrouble({ account }: Route, trouble: string | undefined): void {
    const at = storedInstant(this.#deps.machineClock());
    this.#ledger.add((db) => setTrouble(db, account.id, trouble, at));
  }

  #saveLimits({ account }: Route, limits: Parameters<typeof setRelayLimits>[2]): void {
    const at = storedInstant(this.#deps.machineClock());
    this.#ledger.add((db) => setRelayLimits(db, account.id, limits, at));
  }

  #now(): number {
    return this.#deps.machineClock().epochMilliseconds;
  }
}

/**
 * The refusal in an outcome; undefined if the outcome does not help to find out whom a refusal is
 * about.
 */
function refusalOf(
  { id, address, domain }: ClaimedDelivery,
  outcome: Extract<Outcome, { kind: 'deferred' | 'failed' | 'relayTrouble' }>,
): Refusal | undefined {
  // Code 0: no relay refused it. Greylisting defers every first message.
  if (outcome.reply.code === 0 || isGreylisting(outcome.reply)) return undefined;
  return {
    id,
    domain,
    kind: outcome.kind === 'relayTrouble' ? 'relay' : outcome.replyClass,
    pattern: replyPattern(outcome.reply, address),
    isFinal: outcome.kind !== 'deferred',
  };
}

function saidBy({
  kind,
  reply,
}: Extract<Outcome, { kind: 'deferred' | 'failed' | 'relayTrouble' }>): string {
  const { code, enhancedCode, text } = reply;
  if (kind === 'relayTrouble') return text;
  return [code, enhancedCode, text].filter((part) => part !== undefined).join(' ');
}
