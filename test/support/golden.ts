import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Holds `actual` against the golden file `name` of the folder that `module` (`import.meta`) is in.
 * With GOLDEN=write in the environment it is written instead: read it then, line by line.
 */
export function assertGolden(module: ImportMeta, name: string, actual: string): void {
  const path = join(module.dirname, 'golden', name);
  if (process.env.GOLDEN === 'write') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, actual);
  }
  assert.equal(actual, readFileSync(path, 'utf8'));
}
