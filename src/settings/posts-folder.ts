import { dirname, resolve } from 'node:path';
import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import { formatProblem } from '../kernel/problem.ts';
import { readRegularFile } from '../kernel/regular-file.ts';
import type { Config } from './config.ts';
import { placeOf } from './config-problems.ts';
import { readYaml } from './read-yaml.ts';
import { configSchema } from './schema.ts';

/**
 * The config error for a wrong posts folder, with the line of the config that names it, unless `--posts`
 * names it. `fact` is a phrase about the folder, with the remedy.
 */
export function wrongPostsFolder(
  { file, folders }: Pick<Config, 'file' | 'folders'>,
  fact: string,
): BroadsheetError {
  const place = placeInConfig(file, folders.posts);
  const problem =
    place === undefined
      ? { file: folders.posts, message: fact }
      : { ...place, message: `posts.folder is ${folders.posts}, which ${fact}` };
  return new BroadsheetError(EXIT.config, formatProblem(problem));
}

/** The config error for the option at `path`, with its line. `fact` is a phrase with the remedy. */
export function wrongOption(
  { file }: Pick<Config, 'file'>,
  path: readonly string[],
  fact: string,
): BroadsheetError {
  const yaml = readYaml(file, readRegularFile(file).toString());
  const problem = { ...placeOf(yaml, path, 'value'), message: `${path.join('.')} ${fact}` };
  return new BroadsheetError(EXIT.config, formatProblem(problem));
}

/**
 * The place in the config that names the folder; undefined if it names another one, or the file no longer
 * exists.
 */
function placeInConfig(file: string, folder: string) {
  try {
    const yaml = readYaml(file, readRegularFile(file).toString());
    const named: unknown = yaml.document.getIn(['posts', 'folder']);
    const own = resolve(dirname(file), typeof named === 'string' ? named : DEFAULT_FOLDER);
    return own === folder ? placeOf(yaml, ['posts', 'folder'], 'value') : undefined;
  } catch {
    return undefined;
  }
}

const DEFAULT_FOLDER = configSchema.shape.posts.parse({}).folder;
