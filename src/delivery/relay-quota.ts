import type { RelayAccount } from '../settings/settings.ts';

/** What a relay may still be given; times are epoch milliseconds of the machine's clock. */
export interface RelayUse {
  /** Messages of the last hour and the last 24 hours. */
  readonly inHour: number;
  readonly inDay: number;
  /** When the next message may go, as the last reservation left it. */
  readonly nextAt: number;
}

/** Leave to send some messages, each from a moment on. */
export interface Reservation {
  /** One for each message, in order; empty where the hour or the day is used up, or others are first. */
  readonly times: readonly number[];
  /** `RelayUse.nextAt` from now on. */
  readonly nextAt: number;
  /** Of no times: when to ask again, where nothing but the pace is in the way. */
  readonly askAgainAt?: number;
}

/** A reservation reaches no further ahead: what a crash or a clock that goes back can cost. */
export const FURTHEST_MS = 2000;

/**
 * Reserves up to `wanted` messages at `now`: no more than the hour and the day have left, one after
 * the other at the relay's rate (the generic cell rate algorithm of ITU-T I.371). Never throws.
 */
export function reserveMessages(
  account: RelayAccount,
  use: RelayUse,
  { now, wanted }: { readonly now: number; readonly wanted: number },
): Reservation {
  const { messagesPerHour = Infinity } = account;
  const left = Math.min(messagesPerHour - use.inHour, dayQuota(account, now) - use.inDay, wanted);
  const intervalMs = intervalOf(account);
  const furthest = now + FURTHEST_MS;
  // Further ahead than any reservation reaches: the clock went back.
  const start = use.nextAt > furthest + intervalMs ? now : Math.max(use.nextAt, now);
  if (left > 0 && start > furthest) {
    return { times: [], nextAt: start, askAgainAt: start - FURTHEST_MS };
  }
  const times: number[] = [];
  let at = start;
  while (times.length < left && at <= furthest) {
    times.push(at);
    at += intervalMs;
  }
  return { times, nextAt: at };
}

/** Milliseconds from one message to the next at the relay's rate; 0 where it has none. */
export function intervalOf({ messagesPerSecond = Infinity }: RelayAccount): number {
  return 1000 / messagesPerSecond;
}

/** Whether anything limits how fast or how much a relay is given. */
export function isLimited(account: RelayAccount): boolean {
  const { messagesPerSecond, messagesPerHour, messagesPerDay, warmUp } = account;
  return [messagesPerSecond, messagesPerHour, messagesPerDay, warmUp].some(
    (limit) => limit !== undefined,
  );
}

const DAY_MS = 86_400_000;

/** The most messages of 24 hours: the config's, or less while the relay is warmed up. */
export function dayQuota({ messagesPerDay = Infinity, warmUp }: RelayAccount, now: number): number {
  if (warmUp === undefined) return messagesPerDay;
  const day = Math.floor((now - Date.parse(`${warmUp.from}T00:00:00Z`)) / DAY_MS);
  const ceiling = warmUp.messagesPerDay[Math.max(0, day)] ?? Infinity;
  return Math.min(messagesPerDay, ceiling);
}
