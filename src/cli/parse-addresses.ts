import { BroadsheetError, EXIT } from '../base/errors.ts';
import { type EmailAddress, parseEmailAddress } from '../model/email-address.ts';

/** The addresses of a command line. Throws a usage error that names every one that is none. */
export function parseAddresses(texts: readonly string[]): EmailAddress[] {
  const parsed = texts.map(parseEmailAddress);
  const reasons = parsed.flatMap((result) => ('reason' in result ? [result.reason] : []));
  if (reasons.length > 0) throw new BroadsheetError(EXIT.usage, reasons.join('\n'));
  return parsed.flatMap((result) => ('address' in result ? [result.address] : []));
}
