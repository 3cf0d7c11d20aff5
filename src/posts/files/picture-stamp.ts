import { statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Changes when a picture's file changes: its size in bytes. `source` is the path from the site's
 * root, as a post names it. Empty if there is no such file. Never throws, for any `source`.
 */
export function pictureStamp(siteRoot: string, source: string | undefined): string {
  if (source === undefined || URL.canParse(source)) return '';
  try {
    return String(statSync(join(siteRoot, source.replace(/[?#].*$/, ''))).size);
  } catch {
    return '';
  }
}
