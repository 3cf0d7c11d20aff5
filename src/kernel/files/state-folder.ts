import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BroadsheetError, EXIT, reasonOf } from '../errors.ts';

/** The default folder of the database, in the site's folder. */
export const STATE_FOLDER = '.broadsheet';

/**
 * Makes the folder of `file`, accessible for its owner only, if it does not exist. The default folder
 * gets a `.gitignore` that keeps all its files, also itself, out of Git. Throws a `BroadsheetError`
 * (disk) if the disk refuses.
 */
export function makeStateFolder(file: string): void {
  const folder = dirname(file);
  const isNew = !existsSync(folder);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (isNew) chmodSync(folder, 0o700);
    const ignored = join(folder, '.gitignore');
    if (basename(folder) === STATE_FOLDER && !existsSync(ignored)) writeFileSync(ignored, '*\n');
  } catch (error) {
    const remedy = 'make its folder writable, or name another place in database.url';
    throw new BroadsheetError(EXIT.disk, `${file}  ${reasonOf(error)}; ${remedy}`, {
      cause: error,
    });
  }
}
