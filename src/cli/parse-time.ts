import { BroadsheetError, EXIT } from '../kernel/errors.ts';

const EXAMPLE = 'write 2026-03-20, 2026-03-20T07:30 or 2026-03-20T07:30Z';

/**
 * The instant of `--now TIME`: ISO 8601 with an offset, or without one in `timeZone`; a day alone is its
 * midnight. Throws a usage error for anything else.
 */
export function parseTime(text: string, timeZone: string): Temporal.Instant {
  try {
    if (/[T ].*(Z|[+-]\d{2}(:?\d{2})?)$/i.test(text)) return Temporal.Instant.from(text);
    return Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).toInstant();
  } catch (cause) {
    throw new BroadsheetError(EXIT.usage, `--now "${text}" is not a time; ${EXAMPLE}`, { cause });
  }
}
