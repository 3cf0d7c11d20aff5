/** The limits for an automatic start of an edition. */
export interface StartLimits {
  readonly dueAt: Temporal.Instant;
  /** Set if the day waited for more stories: the time of the last check. */
  readonly waitedUntil?: Temporal.Instant;
  readonly latestHours: number;
}

/**
 * The latest start of a due edition without asking an editor: `latestHours` after it was due, or after
 * the last check of a day that waited for stories. A machine that slept still sends if it wakes in time.
 */
export function latestStart({ dueAt, waitedUntil, latestHours }: StartLimits): Temporal.Instant {
  return (waitedUntil ?? dueAt).add({ minutes: Math.round(latestHours * 60) });
}
