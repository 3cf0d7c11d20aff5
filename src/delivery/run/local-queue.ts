import { type ChangeSignal, openChangeSignal } from '../../kernel/change-signal.ts';
import type { ClaimedDelivery } from '../queries/claims.ts';
import type { DomainThrottles } from './domain-throttles.ts';
import type { Route } from './routes.ts';
import type { RunState } from './run-state.ts';

/** The deliveries that a run has claimed and not started. Times are epoch milliseconds. */
export interface LocalQueue {
  /** Notified whenever waiting connections should check again. */
  readonly changed: ChangeSignal;
  isEmpty(): boolean;
  /** Whether nothing more is due, as far as the run knows. */
  isDry(): boolean;
  /** A delivery was requeued: there is something to claim again. */
  noteReturn(): void;
  /** Claims more if the queue is shorter than the number of connections; does not wait for it. */
  refill(): void;
  /** Waits for the claim that is under way. */
  claimed(): Promise<void>;
  /** Claims for other domains, if the queued domains are at their limits; does not wait for it. */
  refillWithOthers(): void;
  /**
   * When the first queued delivery may go. `now` or before: at once; Infinity: when another one is
   * over.
   */
  opensAt(): number;
  /** Dequeues the first delivery whose domain is open; undefined if there is none. */
  take(): ClaimedDelivery | undefined;
}

export interface LocalQueueInput {
  readonly routes: readonly Route[];
  readonly throttles: DomainThrottles;
  readonly runState: RunState;
  /** Claims more, except to these domains; an empty list means that nothing is due. */
  readonly claim: (notTo: readonly string[]) => Promise<readonly ClaimedDelivery[]>;
  /** Requeues a claimed delivery. */
  readonly giveBack: (delivery: ClaimedDelivery) => void;
  /** Epoch milliseconds of the machine's clock. */
  readonly now: () => number;
}

/** The longest wait, because the clock may be set back. */
export const LOOK_AGAIN_MS = 1000;

/** Deliveries to domains at their limits stay in the queue while others are claimed. */
const MOST_IN_HAND_PER_CONNECTION = 20;

/** Opens the queue of a run; it is empty at first. */
export function openLocalQueue({
  routes,
  throttles,
  runState,
  claim,
  giveBack,
  now,
}: LocalQueueInput): LocalQueue {
  const connections = routes.reduce((sum, { account }) => sum + account.connections, 0);
  const changed = openChangeSignal();
  let inHand: ClaimedDelivery[] = [];
  let isDry = false;
  /** When a claim last found nothing except for domains at their limits. */
  let noOthersAt = -Infinity;
  let claiming: Promise<void> | undefined;

  async function claimMore(notTo: readonly string[]): Promise<void> {
    const claimed = await claim(notTo);
    inHand.push(...claimed);
    if (claimed.length === 0 && notTo.length === 0) isDry = true;
    if (claimed.length === 0) noOthersAt = now();
    claiming = undefined;
    changed.notify();
  }

  function startClaim(notTo: readonly string[]): void {
    claiming = claimMore(notTo).catch((error: unknown) => {
      runState.fail(error);
      changed.notify();
    });
  }

  const opensAt = ({ domain }: ClaimedDelivery, at: number) =>
    throttles.opensAt(domain, at) ?? Infinity;
  return {
    changed,
    isEmpty: () => inHand.length === 0,
    isDry: () => isDry && claiming === undefined,
    noteReturn() {
      isDry = false;
    },
    refill(): void {
      if (!isDry && claiming === undefined && inHand.length < connections) startClaim([]);
    },
    async claimed() {
      await claiming;
    },
    refillWithOthers(): void {
      const at = now();
      if (isDry || claiming !== undefined || Math.abs(at - noOthersAt) < LOOK_AGAIN_MS) return;
      const notTo = throttles.closed(at);
      if (inHand.length >= connections * MOST_IN_HAND_PER_CONNECTION) {
        // Several slow domains must not fill the queue, or they would block all other domains.
        for (const delivery of inHand) giveBack(delivery);
        inHand = [];
      }
      startClaim(notTo);
    },
    opensAt(): number {
      const at = now();
      let soonest = Infinity;
      for (const delivery of inHand) {
        soonest = Math.min(soonest, opensAt(delivery, at));
        if (soonest <= at) break;
      }
      return soonest;
    },
    take(): ClaimedDelivery | undefined {
      const at = now();
      const index = inHand.findIndex((delivery) => opensAt(delivery, at) <= at);
      return index < 0 ? undefined : inHand.splice(index, 1)[0];
    },
  };
}
