import { type ChangeSignal, openChangeSignal } from '../../kernel/change-signal.ts';
import type { ClaimedDelivery } from '../queries/claims.ts';
import type { DomainThrottles } from './domain-throttles.ts';
import type { Route } from './routes.ts';
import type { RunState } from './run-state.ts';

/** The deliveries that a run has claimed and not begun with. Times are epoch milliseconds. */
export interface LocalQueue {
  /** Told whenever a connection that waits should look again. */
  readonly changed: ChangeSignal;
  isEmpty(): boolean;
  /** Whether nothing more is due, as far as is known. */
  isDry(): boolean;
  /** A delivery went back to the queue: there is something to claim again. */
  noteReturn(): void;
  /** Claims where the queue is shorter than there are connections; does not wait for it. */
  refill(): void;
  /** Waits for the claim that is under way. */
  claimed(): Promise<void>;
  /** Claims for other domains, where those of the queue have enough for now; does not wait for it. */
  refillWithOthers(): void;
  /** When the first of them may go; now or before: at once; Infinity: when another one is over. */
  opensAt(): number;
  /** Takes the first whose domain is open out of the queue; undefined where there is none. */
  take(): ClaimedDelivery | undefined;
}

export interface LocalQueueInput {
  readonly routes: readonly Route[];
  readonly throttles: DomainThrottles;
  readonly runState: RunState;
  /** Claims more, not to these domains; an empty answer means that nothing is due. */
  readonly claim: (notTo: readonly string[]) => Promise<readonly ClaimedDelivery[]>;
  /** Puts a claimed delivery back into the queue. */
  readonly giveBack: (delivery: ClaimedDelivery) => void;
  /** Epoch milliseconds of the machine's clock. */
  readonly now: () => number;
}

/** A wait is never longer than this, so that a clock that goes back costs no more. */
export const LOOK_AGAIN_MS = 1000;

/** Deliveries to domains that have enough for now stay in the queue, while others are claimed. */
const MOST_IN_HAND_PER_CONNECTION = 20;

/** Opens the queue of a run, which is empty at first. */
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
  /** When there was nothing to claim for others than domains that had enough. */
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
        // Several slow domains must not fill the queue, or nobody else would be served.
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
