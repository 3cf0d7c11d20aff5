import { type Command, InvalidArgumentError, Option } from 'commander';
import { refuseExamples } from '../refuse-examples.ts';
import type { Shell } from '../shell.ts';
import { SERVICE_PARTS, type ServicePartName } from '../start/service-parts.ts';

const EXAMPLES = `
Examples:
  $ broadsheet start                        everything, in one process
  $ broadsheet start --port 80 --host ::    to the internet, without a web server in front
  $ broadsheet start --only web notices     the site alone; another process sends
  $ broadsheet start --once --quiet         from cron: what is due now, and no more

Needs BROADSHEET_SECRET, and BROADSHEET_SMTP_URL unless the relay takes mail without a password.
Ends in order on SIGTERM and SIGINT (Ctrl-C), within ten seconds; a second one ends it at once.
It can be killed and started again at any time: nothing is lost, and nothing is sent twice.

Exit codes: 0 it was asked to stop, or with --once all is done (65 posts were left out, 69 a relay is
away, 75 some messages wait for the next run), 69 the database is away or the port taken, 70 bug, 74 disk,
78 config. Let a supervisor start it again after any but 0 and 78.
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
    .description('run the service: schedule, delivery, feeds and site, until it is stopped')
    .option('--host <address>', "address to listen on, in place of the config's")
    .option('--port <number>', "port to listen on, in place of the config's; 0: any", parsePort)
    .option('--metrics-host <address>', 'address of /metrics')
    .option('--metrics-port <number>', 'port of /metrics; 0: no metrics', parsePort)
    .addOption(new Option('--only <parts...>', 'run these parts alone').choices(SERVICE_PARTS))
    .option('--once', 'do what is due now, serve nothing, and end: for cron and CI')
    .option('--quiet', 'log troubles alone')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: StartFlags, command: Command) => {
      const { config: file, verbose } = command.optsWithGlobals<{
        config: string;
        verbose?: true;
      }>();
      const { loadConfig } = await import('../../settings/load-config.ts');
      const { startService } = await import('../start/start-service.ts');
      const config = loadConfig(file, process.env);
      await refuseExamples(config);
      const web = {
        ...config.web,
        ...(flags.host === undefined ? {} : { host: flags.host }),
        ...(flags.port === undefined ? {} : { port: flags.port }),
        ...(flags.metricsHost === undefined ? {} : { metricsHost: flags.metricsHost }),
        ...(flags.metricsPort === undefined ? {} : { metricsPort: flags.metricsPort }),
      };
      const parts =
        flags.only ?? SERVICE_PARTS.filter((part) => config.serviceUrl || !isLinked(part));
      const level = flags.quiet ? 'warn' : verbose ? 'debug' : 'info';
      await startService({ ...config, web }, { parts, level, once: flags.once === true }, shell);
    });
}

/** What pages and mails link to: there is none of it without a `serviceUrl`. */
function isLinked(part: ServicePartName): boolean {
  return part === 'web' || part === 'notices';
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('It is not a port; write a number from 0 to 65535.');
}
