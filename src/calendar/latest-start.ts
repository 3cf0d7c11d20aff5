/** When an edition may still go by itself. */
export interface StartLimits {
  readonly dueAt: Temporal.Instant;
  /** There where the day waits for more stories: it was looked again until then. */
  readonly waitedUntil?: Temporal.Instant;
  readonly latestHours: number;
}

/**
 * Up to when an edition that was due may be begun without asking an editor: `latestHours` after it was
 * due, or after the last look of a day that waited for stories. So a machine that slept sends when it wakes
 * in time.
 */
export function latestStart({ dueAt, waitedUntil, latestHours }: StartLimits): Temporal.Instant {
  return (waitedUntil ?? dueAt).add({ minutes: Math.round(latestHours * 60) });
}
