import { setTimeout as pause } from 'node:timers/promises';

/**
 * How long tests wait for something to happen: long enough for a machine that is busy with other
 * things. Nothing that works takes so long, and so a test that passes never waits for it.
 */
export const PATIENCE_MS = 60_000;

const LOOK_EVERY_MS = 10;

/**
 * Resolves with what `look` returns as soon as that is neither undefined nor false. Rejects after
 * `PATIENCE_MS` with an error that says that `what` did not happen. Between two looks it waits for
 * `next`: a few milliseconds, or the next event where each has to be seen.
 */
export async function waitFor<Found>(
  what: string,
  look: () => Found | Promise<Found>,
  next: () => Promise<unknown> = () => pause(LOOK_EVERY_MS),
): Promise<Exclude<Found, undefined | false>> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) {
      return found as Exclude<Found, undefined | false>;
    }
    if (performance.now() > deadline) throw notHappened(what);
    await next();
  }
}

/** What `promise` resolves with. Rejects as `waitFor` does where it is not settled in time. */
export async function inTime<Result>(what: string, promise: Promise<Result>): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(notHappened(what)), PATIENCE_MS);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function notHappened(what: string): Error {
  return new Error(`did not happen within ${PATIENCE_MS / 1000} s: ${what}`);
}
