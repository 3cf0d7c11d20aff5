import { relative } from 'node:path';

/** `20,000` */
export function formatCount(count: number): string {
  return count.toLocaleString('en');
}

/** `1 post`, `2 posts`, `20,000 posts`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : nouns}`;
}

/** `path` relative to the working folder, if that is shorter. */
export function shortPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere !== '' && fromHere.length < path.length ? fromHere : path;
}

/** `Friday, 20 March 2026 at 07:00` in `timeZone`. */
export function formatTime(instant: string | Temporal.Instant, timeZone: string): string {
  return Temporal.Instant.from(instant).toLocaleString('en-GB', {
    timeZone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/**
 * When something may continue: like `formatTime`, with the zone, and never a minute too early: `Friday,
 * 20 March 2026 at 07:06 GMT`.
 */
export function formatDue(instant: string, timeZone: string): string {
  const due = Temporal.Instant.from(instant).round({
    smallestUnit: 'minute',
    roundingMode: 'ceil',
  });
  return `${formatTime(due, timeZone)} ${zoneName(due, timeZone)}`;
}

/** The short name of `timeZone` at `instant`, which depends on summer time: `GMT` or `BST`. */
export function zoneName(instant: Temporal.Instant, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'short' });
  const zone = parts
    .formatToParts(instant.epochMilliseconds)
    .find(({ type }) => type === 'timeZoneName');
  return zone?.value ?? timeZone;
}

/** `40 seconds`, `3 minutes`, `2 h 05 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 90) return plural(Math.ceil(seconds), 'second');
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return plural(minutes, 'minute');
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
