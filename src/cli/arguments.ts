import type { SubscriptionStatus } from '../database/states.ts';
import { type EmailAddress, parseEmailAddress } from '../kernel/email-address.ts';
import { BroadsheetError, EXIT } from '../kernel/errors.ts';

/** Options that several commands have, for `command.option(...JSON_OPTION)`. */
export const JSON_OPTION = ['--json', 'print the result as one JSON object'] as const;
export const NOW_OPTION = ['--now <time>', 'use this time instead of the current time'] as const;
export const POSTS_OPTION = [
  '--posts <dir>',
  'posts folder, instead of the one in the config',
] as const;
export const NO_CACHE_OPTION = ['--no-cache', 'read all posts again'] as const;
export const YES_OPTION = ['--yes', 'do not ask'] as const;

/**
 * The instant of `--now TIME`: ISO 8601 with an offset, or without one in `timeZone`; a day alone is its
 * midnight. Throws a usage error for anything else.
 */
export function parseTime(text: string, timeZone: string): Temporal.Instant {
  try {
    if (/[T ].*(Z|[+-]\d{2}(:?\d{2})?)$/i.test(text)) return Temporal.Instant.from(text);
    return Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).toInstant();
  } catch (cause) {
    const remedy = 'write 2026-03-20, 2026-03-20T07:30 or 2026-03-20T07:30Z';
    throw new BroadsheetError(EXIT.usage, `--now "${text}" is not a time; ${remedy}`, { cause });
  }
}

/** The addresses of a command line. Throws a usage error that lists all invalid ones. */
export function parseAddresses(texts: readonly [string]): [EmailAddress];
export function parseAddresses(texts: readonly string[]): EmailAddress[];
export function parseAddresses(texts: readonly string[]): EmailAddress[] {
  const parsed = texts.map(parseEmailAddress);
  const reasons = parsed.flatMap((result) => ('reason' in result ? [result.reason] : []));
  if (reasons.length > 0) throw new BroadsheetError(EXIT.usage, reasons.join('\n'));
  return parsed.flatMap((result) => ('address' in result ? [result.address] : []));
}

/** All statuses of a subscription. */
export const STATUSES: readonly SubscriptionStatus[] = [
  'pending',
  'active',
  'paused',
  'unsubscribed',
  'bounced',
  'complained',
];

/** The value of `--status`. Throws a usage error that lists the statuses. */
export function chooseStatus(text: string | undefined): SubscriptionStatus | undefined {
  const found = STATUSES.find((status) => status === text);
  if (found !== undefined || text === undefined) return found;
  const remedy = `write ${STATUSES.slice(0, -1).join(', ')} or ${STATUSES.at(-1)}`;
  throw new BroadsheetError(EXIT.usage, `"${text}" is not a status (--status); ${remedy}`);
}
