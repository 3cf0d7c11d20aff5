/**
 * `updated` of a feed without items. It must be a fixed date, and feed validators report dates
 * before 1990 as mistakes.
 */
export const NEVER_UPDATED = Temporal.Instant.from('2000-01-01T00:00:00Z');

const EARLIEST = Temporal.Instant.from('0001-01-01T00:00:00Z');
const LATEST = Temporal.Instant.from('9999-12-31T23:59:59Z');

/** `instant` in whole seconds and with a four-digit year, as feeds require. */
export function feedMoment(instant: Temporal.Instant): Temporal.Instant {
  if (Temporal.Instant.compare(instant, EARLIEST) < 0) return EARLIEST;
  if (Temporal.Instant.compare(instant, LATEST) > 0) return LATEST;
  return instant.round({ smallestUnit: 'second', roundingMode: 'floor' });
}

/** The latest of `instants`, or `otherwise` if there are none. */
export function latestOf(
  instants: Iterable<Temporal.Instant>,
  otherwise: Temporal.Instant,
): Temporal.Instant {
  let latest: Temporal.Instant | undefined;
  for (const instant of instants) {
    if (latest === undefined || Temporal.Instant.compare(instant, latest) > 0) latest = instant;
  }
  return latest ?? otherwise;
}

/** RFC 822 with a four-digit year, in GMT: `Fri, 20 Mar 2026 07:30:00 GMT`. */
export function rfc822(instant: Temporal.Instant): string {
  return asDate(instant).toUTCString();
}

/** RFC 3339: `2026-03-20T07:30:00Z`. */
export function rfc3339(instant: Temporal.Instant): string {
  return instant.toString();
}

export function asDate(instant: Temporal.Instant): Date {
  return new Date(instant.epochMilliseconds);
}
