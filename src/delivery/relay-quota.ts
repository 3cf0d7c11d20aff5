import type { RelayAccount } from '../settings/settings.ts';
import { intervalMs } from './throttle.ts';

/** What counts against a relay's limits. Times are epoch milliseconds of the machine's clock. */
export interface RelayUse {
  /** Messages of the last hour and the last 24 hours. */
  readonly inHour: number;
  readonly inDay: number;
  /** When the next message may go, after the last reservation. */
  readonly nextAt: number;
}

/** Permits for some messages, each from a given time. */
export interface Reservation {
  /**
   * One time per message, in order; empty if the hour or the day is used up, or other senders are
   * first.
   */
  readonly times: readonly number[];
  /** The new value of `RelayUse.nextAt`. */
  readonly nextAt: number;
  /** If there are no times because of the pace only: when to ask again. */
  readonly askAgainAt?: number;
}

/** The furthest time ahead of a reservation. It bounds what a crash or a clock set back can cost. */
export const FURTHEST_MS = 2000;

/**
 * Reserves up to `wanted` messages at `now`: no more than are left of the hour and the day, one
 * after the other at the relay's rate (the generic cell rate algorithm of ITU-T I.371). Never
 * throws.
 */
export function reserveMessages(
  account: RelayAccount,
  use: RelayUse,
  { now, wanted }: { readonly now: number; readonly wanted: number },
): Reservation {
  const { messagesPerHour = Infinity } = account;
  const left = Math.min(messagesPerHour - use.inHour, dayQuota(account, now) - use.inDay, wanted);
  const interval = intervalMs(account.messagesPerSecond);
  const furthest = now + FURTHEST_MS;
  // Further ahead than any reservation: the clock was set back.
  const start = use.nextAt > furthest + interval ? now : Math.max(use.nextAt, now);
  if (left > 0 && start > furthest) {
    return { times: [], nextAt: start, askAgainAt: start - FURTHEST_MS };
  }
  const times: number[] = [];
  let at = start;
  while (times.length < left && at <= furthest) {
    times.push(at);
    at += interval;
  }
  return { times, nextAt: at };
}

/** Whether a limit applies to how many messages a relay gets, or how fast. */
export function isLimited(account: RelayAccount): boolean {
  const { messagesPerSecond, messagesPerHour, messagesPerDay, warmUp } = account;
  return [messagesPerSecond, messagesPerHour, messagesPerDay, warmUp].some(
    (limit) => limit !== undefined,
  );
}

const DAY_MS = 86_400_000;

/** The most messages in 24 hours: the config's number, or less while the relay is warming up. */
export function dayQuota({ messagesPerDay = Infinity, warmUp }: RelayAccount, now: number): number {
  if (warmUp === undefined) return messagesPerDay;
  const day = Math.floor((now - Date.parse(`${warmUp.from}T00:00:00Z`)) / DAY_MS);
  const ceiling = warmUp.messagesPerDay[Math.max(0, day)] ?? Infinity;
  return Math.min(messagesPerDay, ceiling);
}
