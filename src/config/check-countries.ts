import { readFileSync } from 'node:fs';
import { BroadsheetError, EXIT } from '../base/errors.ts';
import { countryHolidays, type UnknownHolidays } from '../calendar/country-holidays.ts';
import { formatProblem, type Problem } from '../model/problem.ts';
import type { Config } from './config.ts';
import { type ParsedYaml, placeOf } from './config-problems.ts';
import { readYaml } from './read-yaml.ts';
import { suggestCountry } from './suggest-codes.ts';

/**
 * Throws a config error, a line for each, where the holidays of a schedule are of a country or region that
 * is not known. Not a part of reading the config: only what works by a schedule waits for the holidays
 * of 207 countries to load.
 */
export function checkCountries({ file, newsletters }: Pick<Config, 'file' | 'newsletters'>): void {
  const flaws = newsletters.flatMap(({ schedule }, index) => {
    const { country, region } = schedule?.holidays ?? {};
    if (country === undefined) return [];
    const found = countryHolidays(country, region);
    return 'reason' in found ? [{ ...found, index }] : [];
  });
  if (flaws.length === 0) return;
  const yaml = readYaml(file, readFileSync(file, 'utf8'));
  const problems = flaws.map((flaw) => problemOf(yaml, flaw));
  throw new BroadsheetError(EXIT.config, problems.map(formatProblem).join('\n'));
}

function problemOf(
  yaml: ParsedYaml,
  { index, option, reason }: UnknownHolidays & { readonly index: number },
): Problem {
  const path = ['newsletters', index, 'schedule', 'holidays', option];
  const place = placeOf(yaml, path, 'value');
  const written = yaml.document.getIn([...path]);
  const meant = option === 'country' ? suggestCountry(String(written)) : undefined;
  const fact =
    meant === undefined || meant === written
      ? reason
      : `is ${written}, which is not a code of a country (ISO 3166); did you mean ${meant}?`;
  return { ...place, message: `newsletters[${index}].schedule.holidays.${option} ${fact}` };
}
