import { readFileSync } from 'node:fs';
import type { Config } from './config.ts';
import { optionName, placeOf } from './config-problems.ts';
import { readYaml } from './read-yaml.ts';

/** Codes of languages that are countries' codes as well, of other languages with far more speakers. */
const DOUBTFUL: Readonly<Record<string, { readonly is: string; readonly meant: string }>> = {
  se: { is: 'Northern Sami', meant: 'sv for Swedish' },
  kr: { is: 'Kanuri', meant: 'ko for Korean' },
  ee: { is: 'Ewe', meant: 'et for Estonian' },
  si: { is: 'Sinhala', meant: 'sl for Slovenian' },
};

/** A warning for each language of the config that is likely the code of a country. */
export function doubtfulLanguages({ file, newsletters }: Pick<Config, 'file' | 'newsletters'>): {
  file: string;
  line: number;
  column?: number;
  message: string;
}[] {
  const yaml = readYaml(file, readFileSync(file, 'utf8'));
  const paths = [
    ['site', 'language'],
    ['web', 'language'],
    ...newsletters.map((_newsletter, at) => ['newsletters', at, 'language']),
  ];
  return paths.flatMap((path) => {
    const written = yaml.document.getIn(path);
    const found = typeof written === 'string' ? DOUBTFUL[written.toLowerCase()] : undefined;
    if (found === undefined) return [];
    const message = `${optionName(path)} is ${written}, which is ${found.is}; write ${found.meant}, if you mean that`;
    return [{ line: 1, ...placeOf(yaml, path, 'value'), message }];
  });
}
