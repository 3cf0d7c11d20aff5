import { parseCron } from '../calendar/cron.ts';
import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import { formatProblem, type Problem } from '../kernel/problem.ts';
import { type ParsedYaml, placeOf } from './config-problems.ts';
import { readHolidayFile } from './read-holiday-file.ts';
import type { ConfigFile } from './schema.ts';

type Newsletter = ConfigFile['newsletters'][number];
type Schedule = NonNullable<Newsletter['schedule']>;

/** A problem in a newsletter's options: where, and a phrase with the remedy. */
interface Flaw {
  readonly path: readonly string[];
  readonly reason: string;
}

/**
 * Throws a config error, with a line for each problem, if a schedule is invalid: its expression, its
 * holiday file, its times, an approval that nobody can give, or a sister that there is not. `absolute` makes paths absolute.
 * `checkCountries` checks the countries.
 */
export function checkSchedules(
  yaml: ParsedYaml,
  newsletters: readonly Newsletter[],
  absolute: (path: string) => string,
): void {
  const problems = newsletters.flatMap((newsletter, index) =>
    [...flawsOf(newsletter, absolute), ...sisterFlaws(newsletter, newsletters)].map(
      ({ path, reason }): Problem => {
        const name = `newsletters[${index}].${path.join('.')}`;
        const place = placeOf(yaml, ['newsletters', index, ...path], 'value');
        return { ...place, message: `${name} ${reason}` };
      },
    ),
  );
  if (problems.length === 0) return;
  throw new BroadsheetError(EXIT.config, problems.map(formatProblem).join('\n'));
}

function* flawsOf(
  { schedule, approve, editor, reportAfterHours }: Newsletter,
  absolute: (path: string) => string,
): Generator<Flaw> {
  if (approve && editor === undefined) {
    yield {
      path: ['approve'],
      reason:
        'is true, but no editor is named; add editor, the address that editions are mailed to',
    };
  }
  if (reportAfterHours !== undefined && editor === undefined) {
    yield {
      path: ['reportAfterHours'],
      reason: 'is set, but no editor is named; add editor, the address that reports are mailed to',
    };
  }
  if (schedule === undefined) return;
  yield* cronFlaws(schedule);
  yield* holidayFlaws(schedule.holidays, absolute);
}

function* sisterFlaws({ id, weekly }: Newsletter, all: readonly Newsletter[]): Generator<Flaw> {
  if (weekly === undefined) return;
  const others = all.map((each) => each.id).filter((each) => each !== id);
  if (others.includes(weekly)) return;
  const remedy = others.length > 0 ? `write one of: ${others.join(', ')}` : 'add one';
  yield { path: ['weekly'], reason: `is "${weekly}", which is no other newsletter; ${remedy}` };
}

function* cronFlaws({ cron, whenTooFew, waitUntil }: Schedule): Generator<Flaw> {
  const parsed = parseCron(cron);
  if ('reason' in parsed) {
    yield { path: ['schedule', 'cron'], reason: parsed.reason };
    return;
  }
  const { time } = parsed.times;
  if (whenTooFew === 'wait' && Temporal.PlainTime.compare(waitUntil, time) <= 0) {
    const due = time.toString({ smallestUnit: 'minute' });
    yield {
      path: ['schedule', 'waitUntil'],
      reason: `is ${waitUntil}, which is not after the time of cron, ${due}; write a later one`,
    };
  }
}

function* holidayFlaws(
  { country, region, ics }: Schedule['holidays'],
  absolute: (path: string) => string,
): Generator<Flaw> {
  const path = ['schedule', 'holidays'];
  if (country === undefined && region !== undefined) {
    yield { path: [...path, 'region'], reason: 'has no country; add country, like GB' };
  }
  if (ics === undefined) return;
  const read = readHolidayFile(absolute(ics));
  if ('reason' in read) {
    const remedy = 'write the path of an .ics file, relative to the config, or leave it out';
    yield { path: [...path, 'ics'], reason: `names ${ics}, which ${read.reason}; ${remedy}` };
  }
}
