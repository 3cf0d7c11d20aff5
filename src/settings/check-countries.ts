import { countryHolidays, type UnknownHolidays } from '../calendar/country-holidays.ts';
import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import { formatProblem, type Problem } from '../kernel/problem.ts';
import { readRegularFile } from '../kernel/regular-file.ts';
import type { Config } from './config.ts';
import { type ParsedYaml, placeOf } from './config-problems.ts';
import { readYaml } from './read-yaml.ts';

/**
 * Throws a config error, with a line for each problem, if a schedule names an unknown country or region.
 * It is not a part of reading the config, because it takes time to load the holidays of 207 countries:
 * only commands that use a schedule wait for it.
 */
export function checkCountries({ file, newsletters }: Pick<Config, 'file' | 'newsletters'>): void {
  const flaws = newsletters.flatMap(({ schedule }, index) => {
    const { country, region } = schedule?.holidays ?? {};
    if (country === undefined) return [];
    const found = countryHolidays(country, region);
    return 'reason' in found ? [{ ...found, index }] : [];
  });
  if (flaws.length === 0) return;
  const yaml = readYaml(file, readRegularFile(file).toString());
  const problems = flaws.map((flaw) => problemOf(yaml, flaw));
  throw new BroadsheetError(EXIT.config, problems.map(formatProblem).join('\n'));
}

function problemOf(
  yaml: ParsedYaml,
  { index, option, reason }: UnknownHolidays & { readonly index: number },
): Problem {
  const place = placeOf(yaml, ['newsletters', index, 'schedule', 'holidays', option], 'value');
  return { ...place, message: `newsletters[${index}].schedule.holidays.${option} ${reason}` };
}
