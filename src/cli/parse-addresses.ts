import { type EmailAddress, parseEmailAddress } from '../kernel/email-address.ts';
import { BroadsheetError, EXIT } from '../kernel/errors.ts';

/** The addresses of a command line. Throws a usage error that lists all invalid ones. */
export function parseAddresses(texts: readonly string[]): EmailAddress[] {
  const parsed = texts.map(parseEmailAddress);
  const reasons = parsed.flatMap((result) => ('reason' in result ? [result.reason] : []));
  if (reasons.length > 0) throw new BroadsheetError(EXIT.usage, reasons.join('\n'));
  return parsed.flatMap((result) => ('address' in result ? [result.address] : []));
}
