const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const LONG_DAY = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day';
const MONTH = `(?<month>${MONTHS.join('|')})`;
const TIME = '(?<hour>[01]\\d|2[0-3]):(?<minute>[0-5]\\d):(?<second>[0-5]\\d|60)';

/** The three forms of RFC 9110 §5.6.7. A server must accept all of them. */
const FORMS = [
  `${DAY}, (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT`,
  `${LONG_DAY}, (?<day>\\d\\d)-${MONTH}-(?<shortYear>\\d\\d) ${TIME} GMT`,
  `${DAY} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})`,
].map((form) => new RegExp(`^${form}$`));

/**
 * Seconds since 1970 of an HTTP-date (RFC 9110 §5.6.7). Undefined for anything else, and for a day that
 * does not exist. A two-digit year means the year at most 50 years after `nowSeconds`.
 */
export function parseHttpDate(text: string, nowSeconds: number): number | undefined {
  for (const form of FORMS) {
    const parts = form.exec(text)?.groups;
    if (parts !== undefined) return secondsOf(parts, nowSeconds);
  }
  return undefined;
}

/** The form that servers write: `Sun, 06 Nov 1994 08:49:37 GMT`. */
export function formatHttpDate(seconds: number): string {
  return new Date(seconds * 1000).toUTCString();
}

type Parts = Readonly<Record<string, string | undefined>>;

function secondsOf(parts: Parts, nowSeconds: number): number | undefined {
  const number = (name: string) => Number(parts[name]);
  const month = MONTHS.indexOf(parts.month ?? '');
  const year =
    parts.shortYear === undefined ? number('year') : fullYear(number('shortYear'), nowSeconds);
  const day = new Date(0);
  // `Date.UTC` reads years below 100 as years of the 20th century.
  day.setUTCFullYear(year, month, number('day'));
  if (day.getUTCDate() !== number('day')) return undefined;
  const second = Math.min(59, number('second'));
  return day.getTime() / 1000 + number('hour') * 3600 + number('minute') * 60 + second;
}

function fullYear(shortYear: number, nowSeconds: number): number {
  const latest = new Date(nowSeconds * 1000).getUTCFullYear() + 50;
  return latest - ((((latest - shortYear) % 100) + 100) % 100);
}
