/** Gives the present instant. Handed to every job, so that tests and `--now` can set the time. */
export type Clock = () => Temporal.Instant;

/** The clock of the machine. */
export const systemClock: Clock = () => Temporal.Now.instant();

/** A clock that stands still at `instant` (`--now`, the demo, tests). */
export function stoppedClock(instant: Temporal.Instant): Clock {
  return () => instant;
}
