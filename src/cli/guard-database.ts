import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import { formatProblem, type Problem } from '../kernel/problem.ts';
import type { Config } from '../settings/config.ts';
import { shortPath } from './format.ts';

/**
 * Checks whether others could read the database, before a write or a send. Returns the warnings. Throws a
 * config error, with a line for each file, if it is published or in Git.
 */
export async function guardDatabase(config: Config): Promise<readonly Problem[]> {
  const { checkPrivacy } = await import('../recovery/check-privacy.ts');
  const { refused, warnings } = checkPrivacy(config, nameOf);
  if (refused.length === 0) return warnings;
  throw new BroadsheetError(EXIT.config, refused.map(formatProblem).join('\n'));
}

function nameOf(path: string): string {
  return path === process.cwd() ? 'this folder' : shortPath(path);
}

/** Makes the folder of a database file, if it does not exist. */
export async function makeDatabaseFolder({ databaseUrl }: Config): Promise<void> {
  const { sqliteFile } = await import('../recovery/check-privacy.ts');
  const { makeStateFolder } = await import('../kernel/files/state-folder.ts');
  const file = sqliteFile(databaseUrl);
  if (file !== undefined) makeStateFolder(file);
}
