import nodeCron, { type Logger } from 'node-cron';

/** The days and the time of day at which a cron expression is due. */
export interface CronTimes {
  readonly time: Temporal.PlainTime;
  isDueOn(day: Temporal.PlainDate): boolean;
}

/** Silences node-cron's warnings about late runs; the callback checks the time itself. */
const SILENT: Logger = { info() {}, warn() {}, error() {}, debug() {} };

/**
 * Parses `expression` in node-cron's syntax: five fields, or six that begin with seconds, names of days
 * and months, `L`, `#`, `W`, or a word like `@daily`. Day of the month and day of the week must both
 * match, unlike in crontab(5). Returns a `reason`, a phrase with a remedy, for an invalid expression, or
 * one that is not due exactly once a day: a day has one edition.
 */
export function parseCron(
  expression: string,
): { readonly times: CronTimes } | { readonly reason: string } {
  const { valid, fields, errors } = nodeCron.validateDetailed(expression);
  if (!valid || fields === undefined) {
    const what = errors[0]?.message ?? 'it is none';
    return {
      reason: `is not a cron expression (${what}); write minute, hour, day, month and day of the week, like "0 7 * * 1-5"`,
    };
  }
  const [second = 0, ...seconds] = fields.second;
  const [minute = 0, ...minutes] = fields.minute;
  const [hour = 0, ...hours] = fields.hour;
  if (seconds.length + minutes.length + hours.length > 0) {
    return {
      reason:
        'has several times in a day, and a day has one edition; write one minute and one hour, like "0 7 * * 1-5"',
    };
  }
  return {
    times: {
      time: new Temporal.PlainTime(hour, minute, second),
      isDueOn: dayMatcher(expression, hour, minute, second),
    },
  };
}

/**
 * Asks node-cron which days match. It asks in UTC, where every day has every time: node-cron must not
 * decide about times that a clock change skips or repeats.
 */
function dayMatcher(
  expression: string,
  hour: number,
  minute: number,
  second: number,
): CronTimes['isDueOn'] {
  const task = nodeCron.createTask(expression, () => {}, { timezone: 'UTC', logger: SILENT });
  // Removes it from node-cron's list of tasks; it can still match days.
  void task.destroy();
  return ({ year, month, day }) =>
    task.match(new Date(Date.UTC(year, month - 1, day, hour, minute, second)));
}

/** Calls back at the times of a cron expression, until it is closed. */
export interface Timer {
  close(): void;
}

/**
 * Calls `wake` at the times of `cron` in `timeZone`. It misses times that a clock change skips or that
 * the machine sleeps through, so the caller also has to check at intervals. Another program may wake at
 * the same time: the database decides which one does the work.
 */
export function openTimer(cron: string, timeZone: string, wake: () => void): Timer {
  const options = { timezone: timeZone, noOverlap: true, logger: SILENT, unref: true };
  const task = nodeCron.schedule(cron, wake, { ...options, suppressMissedWarning: true });
  return { close: () => void task.destroy() };
}
