import nodeCron, { type Logger } from 'node-cron';

/** When a cron expression is due: on which days, and at what time of them. */
export interface CronTimes {
  readonly time: Temporal.PlainTime;
  isDueOn(day: Temporal.PlainDate): boolean;
}

const SILENT: Logger = { info() {}, warn() {}, error() {}, debug() {} };

/**
 * `expression` in node-cron's syntax: five fields, or six that begin with seconds, names of days
 * and months, `L`, `#`, `W`, or a word like `@daily`. Day of the month and day of the week both
 * have to fit, which is not so in crontab(5). `reason`, a phrase with a remedy, for one that is wrong or
 * has another number of times a day than one: a day has one edition.
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
 * Asks node-cron itself which days it means. In UTC, where every day has every time: what becomes of
 * a time that the clocks skip or repeat is not its to say.
 */
function dayMatcher(
  expression: string,
  hour: number,
  minute: number,
  second: number,
): CronTimes['isDueOn'] {
  const task = nodeCron.createTask(expression, () => {}, { timezone: 'UTC', logger: SILENT });
  // It would stay on node-cron's list of tasks; what it matches it knows all the same.
  void task.destroy();
  return ({ year, month, day }) =>
    task.match(new Date(Date.UTC(year, month - 1, day, hour, minute, second)));
}
