import { type Command, InvalidArgumentError, Option } from 'commander';
import { refuseExamples } from '../context.ts';
import type { Shell } from '../shell.ts';
import { SERVICE_PARTS, type ServicePartName } from '../start/service-parts.ts';

const EXAMPLES = `
Examples:
  $ broadsheet start                        everything, in one process
  $ broadsheet start --port 80 --host ::    to the internet, without a web server in front
  $ broadsheet start --only web notices     only the site; another process sends
  $ broadsheet start --once --quiet         from cron: do what is due now, then exit

Set BROADSHEET_SECRET, and BROADSHEET_SMTP_URL if the relay needs a password.
SIGTERM and SIGINT (Ctrl-C) stop it cleanly within ten seconds; a second signal stops it at once.
It can be killed and started again at any time: nothing is lost, and nothing is sent twice.

Exit codes:
   0  it was stopped, or with --once everything is done
  65  with --once: some posts were left out
  69  the database or, with --once, the relay does not answer; or the port is in use
  70  a bug in Broadsheet
  74  the disk is full or cannot be written
  75  with --once: some messages wait for the next run
  78  you have to correct something first
A supervisor should start it again after every exit code except 0 and 78.
`;

interface StartFlags {
  readonly host?: string;
  readonly port?: number;
  readonly metricsHost?: string;
  readonly metricsPort?: number;
  readonly once?: true;
  readonly quiet?: true;
  readonly only?: readonly ServicePartName[];
}

/** `broadsheet start`: the service. */
export function addStart(program: Command, shell: Shell): void {
  program
    .command('start')
    .description('run the service: schedule, delivery, feeds and site')
    .option('--host <address>', 'address to listen on, instead of the one in the config')
    .option(
      '--port <number>',
      'port to listen on, instead of the one in the config; 0: any free port',
      parsePort,
    )
    .option('--metrics-host <address>', 'address of /metrics')
    .option('--metrics-port <number>', 'port of /metrics; 0: no metrics', parsePort)
    .addOption(new Option('--only <parts...>', 'run only these parts').choices(SERVICE_PARTS))
    .option('--once', 'do what is due now, then exit; for cron and CI')
    .option('--quiet', 'log only warnings and errors')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: StartFlags, command: Command) => {
      const options = command.optsWithGlobals<{ config: string; verbose?: true }>();
      const { loadConfig } = await import('../../settings/load-config.ts');
      const { startService } = await import('../start/start-service.ts');
      const config = loadConfig(options.config, process.env);
      await refuseExamples(config);
      const { host, port, metricsHost, metricsPort } = { ...config.web, ...flags };
      const web = { ...config.web, host, port, metricsHost, metricsPort };
      // Pages, and the links of mails, need a serviceUrl.
      const unlinked = (part: ServicePartName) => part !== 'web' && part !== 'notices';
      const { hasInbound } = await import('../../inbound/read-returned.ts');
      const isUsed = (part: ServicePartName) =>
        part === 'inbound' ? hasInbound(config) : config.serviceUrl || unlinked(part);
      const parts = flags.only ?? SERVICE_PARTS.filter(isUsed);
      const level = flags.quiet ? 'warn' : options.verbose ? 'debug' : 'info';
      const isOnce = flags.once === true;
      await startService({ ...config, web }, parts, { level, isOnce }, shell);
    });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('It is not a port; write a number from 0 to 65535.');
}
