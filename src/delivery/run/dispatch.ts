import type { ClaimedDelivery } from '../queries/claims.ts';
import { LOOK_AGAIN_MS, type LocalQueueInput, openLocalQueue } from './local-queue.ts';
import type { Leave } from './quota.ts';
import { hasRoom, isTurnOf, isUsable, type Route, restForQuota } from './routes.ts';
import type { RunState } from './run-state.ts';

/** Assigns claimed deliveries to the connections of all routes. */
export interface Dispatch {
  /** The next delivery for a connection of the route; undefined if there is nothing left to do. */
  next(route: Route): Promise<ClaimedDelivery | undefined>;
  /** The delivery is over; with `returned` it was requeued, and is to be claimed again. */
  done(route: Route, delivery: ClaimedDelivery, returned: boolean): void;
  /** After the last delivery: some were requeued. Ends the run if no relay can take them for a while. */
  goOn(): void;
  /** At the end: waits for the claim under way, because its deliveries could not be requeued later. */
  end(): Promise<void>;
}

/** The longest wait for a quota. If it takes longer, the run ends and reports when to continue. */
const LONGEST_WAIT_MS = 60_000;

export function openDispatch(input: LocalQueueInput): Dispatch {
  const { routes, throttles, runState, now } = input;
  const hand = openLocalQueue(input);
  let inFlight = 0;

  /** Asks for a permit; if there is none yet, waits for a while. */
  async function leaveToSend(route: Route): Promise<boolean> {
    const opensAt = route.throttle.opensAt(now());
    const leave: Leave =
      opensAt > now() ? { kind: 'wait', at: opensAt } : await route.quota.take(now());
    if (leave.kind === 'go') return true;
    if (leave.kind === 'wait') {
      route.pacedUntil = leave.at;
      await hand.changed.wait(untilThen(leave.at, now()));
      return false;
    }
    restForQuota(route, now(), leave.at);
    stopIfAllRest(routes, runState, now());
    hand.changed.notify();
    return false;
  }

  /** Starts the first delivery whose domain is open, if the route has a permit. Undefined: try again. */
  async function begin(route: Route): Promise<ClaimedDelivery | undefined> {
    const opensAt = hand.opensAt();
    if (opensAt > now()) {
      hand.refillWithOthers();
      await hand.changed.wait(untilThen(opensAt, now()));
      return undefined;
    }
    if (!(await leaveToSend(route))) return undefined;
    // During the quota check another connection may have dequeued it, or the relay may have failed.
    const isOpen = runState.mayGoOn() && isUsable(route, now()) && hasRoom(route);
    const delivery = isOpen ? hand.take() : undefined;
    if (delivery === undefined) route.quota.putBack(now());
    else note(route, delivery);
    return delivery;
  }

  // In the same turn as the dequeue: the next check must count this delivery for its domain.
  function note(route: Route, delivery: ClaimedDelivery): void {
    throttles.enter(delivery.domain, now());
    route.throttle.enter(now());
    inFlight += 1;
    route.inFlight += 1;
    route.given += 1;
    route.movedAt = now();
    // It may be another route's turn now.
    if (routes.length > 1) hand.changed.notify();
  }

  return {
    async next(route) {
      // The route may have been resting before this run began.
      stopIfAllRest(routes, runState, now());
      while (runState.mayGoOn()) {
        hand.refill();
        if (hand.isEmpty()) {
          if (inFlight === 0 && hand.isDry()) return undefined;
          await hand.changed.wait(LOOK_AGAIN_MS);
        } else if (!isUsable(route, now()) || !hasRoom(route) || !isTurnOf(route, routes, now())) {
          await hand.changed.wait(LOOK_AGAIN_MS);
        } else {
          const delivery = await begin(route);
          if (delivery !== undefined) return delivery;
        }
      }
      hand.changed.notify();
      return undefined;
    },
    done(route, delivery, returned) {
      throttles.leave(delivery.domain);
      inFlight -= 1;
      route.inFlight -= 1;
      route.movedAt = now();
      if (returned) hand.noteReturn();
      stopIfAllRest(routes, runState, now());
      hand.changed.notify();
    },
    end: hand.claimed,
    goOn() {
      hand.noteReturn();
      stopIfAllRest(routes, runState, now());
    },
  };
}

function untilThen(then: number, now: number): number {
  return Math.min(LOOK_AGAIN_MS, Math.max(1, then - now));
}

/** Ends the run if no relay can take a message for a while. */
function stopIfAllRest(routes: readonly Route[], runState: RunState, now: number): void {
  const isResting = (route: Route) =>
    // A relay in trouble is worth waiting for only while another one works.
    !isUsable(route, now) &&
    (route.trouble !== undefined || route.restsUntil > now + LONGEST_WAIT_MS);
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
