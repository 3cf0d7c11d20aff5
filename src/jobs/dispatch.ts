import { openChangeSignal } from '../base/change-signal.ts';
import type { ClaimedDelivery } from '../store/claims.ts';
import type { Course } from './course.ts';
import type { DomainGates } from './domain-gates.ts';
import { isTurnOf, isUsable, type Route } from './routes.ts';

/** Hands out claimed deliveries to the connections of all routes. */
export interface Dispatch {
  /** The next delivery for a connection of the route; undefined when there is nothing left to do. */
  next(route: Route): Promise<ClaimedDelivery | undefined>;
  /** The delivery is over; with `returned` it went back to the queue, and is to be claimed again. */
  done(route: Route, delivery: ClaimedDelivery, returned: boolean): void;
}

export interface DispatchInput {
  readonly routes: readonly Route[];
  readonly gates: DomainGates;
  readonly course: Course;
  /** Claims more, not to these domains; an empty answer means that nothing is due. */
  readonly claim: (notTo: readonly string[]) => Promise<readonly ClaimedDelivery[]>;
  /** Epoch milliseconds of the machine's clock. */
  readonly now: () => number;
}

/** Longer than this nobody waits for a quota: the run ends, and says when to go on. */
const LONGEST_WAIT_MS = 60_000;

/** A wait is never longer than this, so that a clock that goes back costs no more. */
const LOOK_AGAIN_MS = 1000;

/** Deliveries to domains that have enough for now are kept in hand, while others are claimed. */
const MOST_HELD_PER_CONNECTION = 20;

/** Opens the dispatch of a run. */
export function openDispatch(input: DispatchInput): Dispatch {
  const { routes, gates, course, claim, now } = input;
  const connections = routes.reduce((sum, { account }) => sum + account.connections, 0);
  const changed = openChangeSignal();
  const held: ClaimedDelivery[] = [];
  let inFlight = 0;
  let isDry = false;
  let othersAt = 0;
  let claiming: Promise<void> | undefined;

  async function claimMore(notTo: readonly string[]): Promise<void> {
    const claimed = await claim(notTo);
    held.push(...claimed);
    if (notTo.length === 0) isDry = claimed.length === 0;
    claiming = undefined;
    changed.notify();
  }

  function startClaim(notTo: readonly string[]): void {
    claiming = claimMore(notTo).catch((error: unknown) => {
      course.fail(error);
      changed.notify();
    });
  }

  /** Claims where there is less in hand than there are connections. */
  function refill(): void {
    if (!isDry && claiming === undefined && held.length < connections) startClaim([]);
  }

  /** Claims for other domains, where those in hand have enough for now. */
  function refillWithOthers(): void {
    const isFull = held.length >= connections * MOST_HELD_PER_CONNECTION;
    if (isDry || isFull || claiming !== undefined || now() - othersAt < LOOK_AGAIN_MS) return;
    othersAt = now();
    startClaim(gates.closed(now()));
  }

  /** Takes the first delivery whose domain is open out of the hand; else when to look again. */
  function pick(): ClaimedDelivery | number {
    let soonest = Infinity;
    const at = now();
    for (const [index, delivery] of held.entries()) {
      const opensAt = gates.opensAt(delivery.domain, at) ?? Infinity;
      if (opensAt <= at) return held.splice(index, 1)[0] ?? delivery;
      soonest = Math.min(soonest, opensAt);
    }
    return soonest;
  }

  async function leaveToSend(route: Route): Promise<boolean> {
    const leave = await route.quota.take(now());
    if (leave.kind === 'go') return true;
    if (leave.kind === 'wait') {
      await changed.wait(Math.min(LOOK_AGAIN_MS, Math.max(1, leave.at - now())));
      return false;
    }
    route.restsUntil = leave.at;
    route.trouble = undefined;
    stopIfAllRest(routes, course, now());
    changed.notify();
    return false;
  }

  return {
    async next(route) {
      while (course.mayGoOn()) {
        refill();
        if (held.length === 0) {
          if (isDry && inFlight === 0 && claiming === undefined) return undefined;
          await changed.wait(LOOK_AGAIN_MS);
        } else if (!isUsable(route, now()) || !isTurnOf(route, routes, now())) {
          await changed.wait(LOOK_AGAIN_MS);
        } else if (await leaveToSend(route)) {
          const delivery = course.mayGoOn() ? pick() : Infinity;
          if (typeof delivery === 'object') {
            gates.enter(delivery.domain, now());
            inFlight += 1;
            route.inFlight += 1;
            route.given += 1;
            return delivery;
          }
          route.quota.putBack(now());
          if (!course.mayGoOn()) return undefined;
          refillWithOthers();
          await changed.wait(Math.min(LOOK_AGAIN_MS, Math.max(1, delivery - now())));
        }
      }
      changed.notify();
      return undefined;
    },
    done(route, delivery, returned) {
      gates.leave(delivery.domain);
      inFlight -= 1;
      route.inFlight -= 1;
      if (returned) isDry = false;
      stopIfAllRest(routes, course, now());
      changed.notify();
    },
  };
}

/** Ends the run when no relay can be given anything for a while. */
function stopIfAllRest(routes: readonly Route[], course: Course, now: number): void {
  const isResting = ({ restsUntil, trouble }: Route) =>
    // A relay in trouble is worth waiting for only while another one works.
    trouble === undefined ? restsUntil > now + LONGEST_WAIT_MS : restsUntil > now;
  if (!routes.every(isResting)) return;
  const usedUp = routes.filter(({ trouble }) => trouble === undefined);
  const [first] = usedUp.toSorted((a, b) => a.restsUntil - b.restsUntil);
  if (first !== undefined) {
    const until = new Date(first.restsUntil).toISOString();
    course.stop('quota', `the relay ${first.account.id} has had all that it may be given`, until);
    return;
  }
  const troubles = routes.map(({ relay, trouble }) => `the relay ${relay.name} ${trouble}`);
  course.stop('relay', troubles.join(', '));
}
