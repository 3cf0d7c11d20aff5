import type { Command } from 'commander';
import { type Clock, stoppedClock, systemClock } from '../kernel/clock.ts';
import type { Config } from '../settings/config.ts';
import { parseTime } from './parse-time.ts';
import type { Shell } from './shell.ts';
import { openTerminalLog, type TerminalLog } from './terminal.ts';

/** The common start of most commands. */
export interface Context {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: TerminalLog;
  /** Whether to print details. */
  readonly verbose: boolean;
}

interface CommonOptions {
  readonly config: string;
  readonly verbose?: boolean;
  readonly now?: string;
  readonly posts?: string;
  readonly out?: string;
}

/**
 * Runs `work` with the config and the clock from the options of `command`, and cleans up the terminal
 * afterwards. `--posts` and `--out` replace the config's folders.
 */
export async function withContext(
  command: Command,
  { terminal }: Shell,
  work: (context: Context) => Promise<void>,
): Promise<void> {
  const options = command.optsWithGlobals<CommonOptions>();
  const { loadConfig } = await import('../settings/load-config.ts');
  const { overrideFolders } = await import('../settings/load-config.ts');
  const config = overrideFolders(loadConfig(options.config, process.env), options);
  const clock =
    options.now === undefined
      ? systemClock
      : stoppedClock(parseTime(options.now, config.site.timeZone));
  const verbose = options.verbose === true;
  const log = await openTerminalLog(terminal, verbose);
  try {
    await work({ config, clock, log, verbose });
  } finally {
    log.close();
  }
}
