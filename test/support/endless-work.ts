import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { isRunning } from '../../src/kernel/is-running.ts';
import { cleanUpAfter } from './clean-up-after.ts';
import { waitFor } from './wait-for.ts';

/** Processes that are busy for ever with what they were asked to do, as with a post that never ends. */
export interface EndlessWork {
  /** The environment of processes whose children work without end. */
  readonly environment: { readonly NODE_OPTIONS: string; readonly BROADSHEET_ENDLESS: string };
  /** The numbers of the processes that began to work and run still. */
  running(): readonly number[];
  /** Resolves when so many of them run; rejects after a minute. */
  untilRunning(count: number): Promise<void>;
}

/** Loaded before the program: whoever is sent an order tells its number, and never answers. */
const PRELOAD = `import fs from "node:fs";
if (process.send) process.once("message", () => {
  fs.writeFileSync(process.env.BROADSHEET_ENDLESS + "/" + process.pid, "");
  for (;;);
});`;

/** Endless work whose processes note themselves in `folder`; what is left of them ends with the test. */
export function openEndlessWork(t: TestContext, folder: string): EndlessWork {
  const notes = join(folder, 'endless');
  mkdirSync(notes);
  const running = () => (existsSync(notes) ? readdirSync(notes).map(Number).filter(isRunning) : []);
  cleanUpAfter(t, () => {
    for (const pid of running()) process.kill(pid, 'SIGKILL');
  });
  return {
    environment: {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(PRELOAD)}`,
      BROADSHEET_ENDLESS: notes,
    },
    running,
    async untilRunning(count) {
      await waitFor(`${count} processes work`, () => running().length === count);
    },
  };
}
