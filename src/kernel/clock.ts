/**
 * Returns the current instant. Every job gets a clock as a parameter: tests and `--now` can set the time.
 */
export type Clock = () => Temporal.Instant;

/** The clock of the machine. */
export const systemClock: Clock = () => Temporal.Now.instant();

/** A clock that always returns `instant` (`--now`, the demo, tests). */
export function stoppedClock(instant: Temporal.Instant): Clock {
  return () => instant;
}
