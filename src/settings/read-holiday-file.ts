import { fileHolidays } from '../calendar/file-holidays.ts';
import type { Holidays } from '../calendar/holidays.ts';
import { reasonOf } from '../kernel/errors.ts';
import { readRegularFile } from '../kernel/regular-file.ts';

/**
 * Reads the holidays of the calendar file at `path`. Returns a `reason`, a phrase, if it cannot be read
 * or is not a calendar file.
 */
export function readHolidayFile(
  path: string,
): { readonly holidays: Holidays } | { readonly reason: string } {
  let text: string;
  try {
    text = readRegularFile(path).toString();
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return { reason: isMissing ? 'is not there' : `cannot be read: ${reasonOf(error)}` };
  }
  return fileHolidays(text);
}
