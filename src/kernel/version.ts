import { readFileSync } from 'node:fs';

/** The version of Broadsheet, from its package.json, which is beside `src/` and beside `dist/`. */
export const PROGRAM_VERSION: string = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  }
).version;
