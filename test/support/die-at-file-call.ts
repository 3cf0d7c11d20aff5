// Imported before the program (`NODE_OPTIONS=--import=THIS`): kills it at its DIE_AT-th change of a file.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const at = Number(process.env.DIE_AT);
let calls = 0;

/** What changes files or makes it last. */
const CHANGES = [
  'renameSync',
  'copyFileSync',
  'rmSync',
  'mkdirSync',
  'chmodSync',
  'writeFileSync',
  'fsyncSync',
] as const;

for (const name of CHANGES) {
  const original = fs[name] as (...args: readonly unknown[]) => unknown;
  Object.assign(fs, {
    [name]: (...args: readonly unknown[]) => {
      calls += 1;
      if (calls === at) process.kill(process.pid, 'SIGKILL');
      return original(...args);
    },
  });
}
syncBuiltinESMExports();
