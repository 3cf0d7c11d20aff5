import { openChangeSignal } from '../../kernel/change-signal.ts';
import type { ClaimedDelivery } from '../queries/claims.ts';
import type { DomainThrottles, Throttle } from '../throttle.ts';
import { hasRoom, isTurnOf, isUsable, type Route, restForQuota } from './routes.ts';
import type { RunState } from './run-state.ts';

export interface LocalQueueInput {
  readonly routes: readonly Route[];
  readonly throttles: DomainThrottles;
  readonly runState: RunState;
  /** Claims more, except to these domains; an empty list means that nothing is due. */
  readonly claim: (notTo: readonly string[]) => Promise<readonly ClaimedDelivery[]>;
  /** Requeues a claimed delivery in the database. */
  readonly requeue: (delivery: ClaimedDelivery) => void;
  /** Epoch milliseconds of the machine's clock. */
  readonly now: () => number;
}

/** The longest wait, because the clock may be set back. */
const LOOK_AGAIN_MS = 1000;

/** The longest wait for a quota. If it takes longer, the run ends and reports when to continue. */
const LONGEST_WAIT_MS = 60_000;

/** Deliveries to domains at their limits stay in the queue while others are claimed. */
const MOST_PER_CONNECTION = 20;

/**
 * The deliveries that a run has claimed and not started. It assigns them to the connections of all
 * routes, as the throttles, the quotas and the weights permit, and claims more in time. Times are
 * epoch milliseconds.
 */
export class LocalQueue {
  readonly #input: LocalQueueInput;
  readonly #connections: number;
  /** Notified whenever waiting connections should check again. */
  readonly #changed = openChangeSignal();
  #deliveries: ClaimedDelivery[] = [];
  #inFlight = 0;
  /** The throttle that each delivery in flight has entered: its domain may have another one by now. */
  readonly #entered = new Map<number, Throttle>();
  /** Whether nothing more is due, as far as the run knows. */
  #isDry = false;
  /** When a claim last found nothing except for domains at their limits. */
  #noOthersAt = -Infinity;
  #claiming: Promise<void> | undefined;

  constructor(input: LocalQueueInput) {
    this.#input = input;
    this.#connections = input.routes.reduce((sum, { account }) => sum + account.connections, 0);
  }

  /** The next delivery for a connection of the route; undefined if there is nothing left to do. */
  async dequeue(route: Route): Promise<ClaimedDelivery | undefined> {
    const { routes, runState, now } = this.#input;
    // The route may have been resting before this run began.
    this.#stopIfAllRest();
    while (runState.mayGoOn()) {
      if (this.#mayClaim() && this.#deliveries.length < this.#connections) this.#startClaim([]);
      const isEmpty = this.#deliveries.length === 0;
      const isDry = this.#isDry && this.#claiming === undefined;
      if (isEmpty && isDry && this.#inFlight === 0) return undefined;
      const isOpen = isUsable(route, now()) && hasRoom(route) && isTurnOf(route, routes, now());
      if (isEmpty || !isOpen) {
        await this.#changed.wait(LOOK_AGAIN_MS);
        continue;
      }
      const delivery = await this.#begin(route);
      if (delivery !== undefined) return delivery;
    }
    this.#changed.notify();
    return undefined;
  }

  /** The delivery is over. If it was requeued in the database, it is to be claimed again. */
  done(route: Route, delivery: ClaimedDelivery, isRequeued: boolean): void {
    const { now } = this.#input;
    this.#entered.get(delivery.id)?.leave();
    this.#entered.delete(delivery.id);
    route.throttle.leave();
    route.movedAt = now();
    this.#inFlight -= 1;
    if (isRequeued) this.#isDry = false;
    this.#stopIfAllRest();
    this.#changed.notify();
  }

  /** After the last delivery: some were requeued. Ends the run if no relay can take them for a while. */
  reopen(): void {
    this.#isDry = false;
    this.#stopIfAllRest();
  }

  /** At the end: waits for the claim under way, because its deliveries could not be requeued later. */
  async end(): Promise<void> {
    await this.#claiming;
  }

  /** Starts the first delivery whose domain is open, if the route has a permit. Undefined: try again. */
  async #begin(route: Route): Promise<ClaimedDelivery | undefined> {
    const { runState, now } = this.#input;
    const opensAt = this.#opensAt();
    if (opensAt > now()) {
      this.#claimOthers();
      await this.#waitUntil(opensAt);
      return undefined;
    }
    if (!(await this.#isPermitted(route))) return undefined;
    // During the quota check another connection may have dequeued it, or the relay may have failed.
    const isOpen =
      isUsable(route, now()) && hasRoom(route) && route.throttle.opensAt(now()) <= now();
    const delivery = runState.mayGoOn() && isOpen ? this.#removeFirstOpen() : undefined;
    if (delivery === undefined) route.quota.release(now());
    else this.#start(route, delivery);
    return delivery;
  }

  /** Asks for a permit; if there is none yet, waits for a while. */
  async #isPermitted(route: Route): Promise<boolean> {
    const { now } = this.#input;
    const opensAt = route.throttle.opensAt(now());
    const permit =
      opensAt > now() ? { kind: 'wait' as const, at: opensAt } : await route.quota.permit(now());
    if (permit.kind === 'go') return true;
    if (permit.kind === 'wait') {
      route.pacedUntil = permit.at;
      await this.#waitUntil(permit.at);
      return false;
    }
    restForQuota(route, now(), permit.at);
    this.#stopIfAllRest();
    this.#changed.notify();
    return false;
  }

  // In the same turn as the dequeue: the next check must count this delivery for its domain.
  #start(route: Route, { id, domain }: ClaimedDelivery): void {
    const { routes, throttles, now } = this.#input;
    const throttle = throttles.of(domain, now());
    throttle.enter(now());
    this.#entered.set(id, throttle);
    route.throttle.enter(now());
    route.given += 1;
    route.movedAt = now();
    this.#inFlight += 1;
    // It may be another route's turn now.
    if (routes.length > 1) this.#changed.notify();
  }

  #mayClaim(): boolean {
    return !this.#isDry && this.#claiming === undefined;
  }

  /** Claims more; does not wait for it. */
  #startClaim(notTo: readonly string[]): void {
    const claimMore = async () => {
      const claimed = await this.#input.claim(notTo);
      this.#deliveries.push(...claimed);
      if (claimed.length === 0 && notTo.length === 0) this.#isDry = true;
      if (claimed.length === 0) this.#noOthersAt = this.#input.now();
      this.#claiming = undefined;
      this.#changed.notify();
    };
    this.#claiming = claimMore().catch((error: unknown) => {
      this.#input.runState.fail(error);
      this.#changed.notify();
    });
  }

  /** Claims for other domains, if the queued domains are at their limits; does not wait for it. */
  #claimOthers(): void {
    const { throttles, requeue, now } = this.#input;
    if (!this.#mayClaim() || Math.abs(now() - this.#noOthersAt) < LOOK_AGAIN_MS) return;
    const notTo = throttles.closed(now());
    if (this.#deliveries.length >= this.#connections * MOST_PER_CONNECTION) {
      // Several slow domains must not fill the queue, or they would block all other domains.
      for (const delivery of this.#deliveries) requeue(delivery);
      this.#deliveries = [];
    }
    this.#startClaim(notTo);
  }

  /**
   * When the first queued delivery may go. `now` or before: at once; Infinity: when another one is
   * over.
   */
  #opensAt(): number {
    const at = this.#input.now();
    let soonest = Infinity;
    for (const { domain } of this.#deliveries) {
      soonest = Math.min(soonest, this.#input.throttles.of(domain, at).opensAt(at));
      if (soonest <= at) break;
    }
    return soonest;
  }

  #removeFirstOpen(): ClaimedDelivery | undefined {
    const { throttles, now } = this.#input;
    const at = now();
    const index = this.#deliveries.findIndex(
      ({ domain }) => throttles.of(domain, at).opensAt(at) <= at,
    );
    return index < 0 ? undefined : this.#deliveries.splice(index, 1)[0];
  }

  async #waitUntil(then: number): Promise<void> {
    await this.#changed.wait(Math.min(LOOK_AGAIN_MS, Math.max(1, then - this.#input.now())));
  }

  /** Ends the run if no relay can take a message for a while. */
  #stopIfAllRest(): void {
    const { routes, runState, now } = this.#input;
    const at = now();
    const isResting = (route: Route) =>
      // A relay in trouble is worth waiting for only while another one works.
      !isUsable(route, at) &&
      (route.trouble !== undefined || route.restsUntil > at + LONGEST_WAIT_MS);
    if (!routes.every(isResting)) return;
    const usedUp = routes.filter(({ trouble }) => trouble === undefined);
    const [first] = usedUp.toSorted((a, b) => a.restsUntil - b.restsUntil);
    if (first !== undefined) {
      const { reason = 'has had all that it may be given', until } = first.rest ?? {};
      const message = `the relay ${first.account.id} ${reason}`;
      runState.stop('quota', message, until ?? new Date(first.restsUntil).toISOString());
      return;
    }
    const troubles = routes.map(({ relay, trouble }) => `the relay ${relay.name} ${trouble}`);
    runState.stop('relay', troubles.join(', '));
  }
}
