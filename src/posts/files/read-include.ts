import { realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { readBytes } from '../../kernel/files/read-bytes.ts';
import { decodeText } from './decode-text.ts';

const LONGEST_INCLUDE_BYTES = 1_000_000;

/**
 * The text of the file `name` in the includes folder. Undefined if there is no such file, or if it
 * lies outside the folder because of `..` or a link.
 */
export function readInclude(folder: string, name: string): string | undefined {
  try {
    const root = realpathSync(folder);
    const file = realpathSync(join(root, name));
    if (!file.startsWith(root + sep)) return undefined;
    const decoded = decodeText(readBytes(file, LONGEST_INCLUDE_BYTES));
    return 'text' in decoded ? decoded.text : undefined;
  } catch {
    return undefined;
  }
}
