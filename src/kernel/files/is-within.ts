import { isAbsolute, relative, sep } from 'node:path';

/** Whether `path` is `folder` or in it. Both are absolute, or both relative. Follows no links. */
export function isWithin(folder: string, path: string): boolean {
  const from = relative(folder, path);
  return from !== '..' && !from.startsWith(`..${sep}`) && !isAbsolute(from);
}
