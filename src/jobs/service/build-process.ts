import { setFlagsFromString } from 'node:v8';
import { BroadsheetError, reasonOf } from '../../base/errors.ts';
import { silentLog } from '../../base/log.ts';
import { buildFeeds } from '../feeds/build-feeds.ts';
import type { BuildOrder, BuildResult } from './build-apart.ts';

// A program of its own: builds once, tells what came of it, and ends.

// As `broadsheet build` has it: a build makes much that dies at once.
setFlagsFromString('--semi-space-growth-factor=1');

// A terminal and systemd ask every process of the service to stop: whether a build is finished is
// for the service to say. Without it there is nobody to build for.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));

process.once('message', async (order: BuildOrder) => {
  process.send?.(await build(order), () => {
    process.removeAllListeners('disconnect');
    process.disconnect?.();
  });
});

async function build({ config, now }: BuildOrder): Promise<BuildResult> {
  try {
    const instant = Temporal.Instant.from(now);
    return { kind: 'built', report: await buildFeeds(config, { now: instant, log: silentLog }) };
  } catch (error) {
    const exitCode = error instanceof BroadsheetError ? { exitCode: error.exitCode } : {};
    const stack = error instanceof Error ? { stack: error.stack } : {};
    return { kind: 'failed', message: reasonOf(error), ...exitCode, ...stack };
  }
}
