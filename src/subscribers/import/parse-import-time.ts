/** Date, time and zone in the order of ISO 8601, as Go's `2024-01-15 10:00:00.5 +0000 UTC` has them too. */
const TIME =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,3})\d*)?)?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?(?:\s+[A-Z]{1,5})?$/;

/**
 * A time of another program's file as the tables keep it; UTC where it names no zone. Undefined for
 * what is none, is no day of the calendar, or is later than `now`.
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
