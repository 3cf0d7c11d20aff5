import { statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Changes when the file of a picture does: its size in bytes. `source` is as a post names it, from
 * the root of the site; empty where there is no such file. Never throws, whatever a post names.
 */
export function pictureStamp(siteRoot: string, source: string | undefined): string {
  if (source === undefined || URL.canParse(source)) return '';
  try {
    return String(statSync(join(siteRoot, source.replace(/[?#].*$/, ''))).size);
  } catch {
    return '';
  }
}
