/** Date, time and zone in the order of ISO 8601. Go's `2024-01-15 10:00:00.5 +0000 UTC` matches too. */
const TIME =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,3})\d*)?)?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?(?:\s+[A-Z]{1,5})?$/;

/**
 * Converts a time from another program's file to the format of the tables; UTC if it names no zone.
 * Undefined if it is no time, no day of the calendar, or later than `now`.
 */
export function parseImportTime(text: string, now: string): string | undefined {
  const [, day, minutes = '00:00', seconds = '00', fraction = '0', zone = 'Z'] =
    TIME.exec(text.trim()) ?? [];
  if (day === undefined) return undefined;
  const offset = /^[+-]/.test(zone) ? zone.replace(/^(...):?/, '$1:') : 'Z';
  const at = Date.parse(`${day}T${minutes}:${seconds}.${fraction.padEnd(3, '0')}${offset}`);
  if (Number.isNaN(at) || new Date(`${day}T00:00Z`).getUTCDate() !== Number(day.slice(8))) {
    return undefined;
  }
  const stored = new Date(at).toISOString();
  return stored.length === now.length && stored <= now ? stored : undefined;
}
