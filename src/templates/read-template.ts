import { join } from 'node:path';
import { BroadsheetError, EXIT, reasonOf } from '../kernel/errors.ts';
import { readRegularFile } from '../kernel/regular-file.ts';
import type { Template } from './templates.ts';

/**
 * The template `name` of `folder`, or of `ownFolder` if `folder` does not have it. Throws a config
 * error if the file exists and cannot be read.
 */
export function readTemplate(folder: string, ownFolder: string, name: string): Template {
  const file = join(folder, name);
  try {
    return { file, source: decode(readRegularFile(file)) };
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing && folder !== ownFolder) return readTemplate(ownFolder, ownFolder, name);
    const remedy = 'make it a readable UTF-8 file, or delete it to use the one of Broadsheet';
    throw new BroadsheetError(EXIT.config, `${file}  ${reasonOf(error)}; ${remedy}`, {
      cause: error,
    });
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
