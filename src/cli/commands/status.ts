import type { Command } from 'commander';
import { withMail } from '../mail-context.ts';
import { printStatus } from '../print-status.ts';
import type { Shell } from '../shell.ts';

const EXAMPLES = `
Examples:
  $ broadsheet status
  $ watch broadsheet status           while an edition is sent
  $ broadsheet status --json          for a script
`;

/** `broadsheet status`: the state of everything. Changes nothing. */
export function addStatus(program: Command, shell: Shell): void {
  program
    .command('status [newsletter]')
    .description('show the state of editions, relays and domains')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (newsletter: string | undefined, _options, command: Command) => {
      await withMail(command, shell, { readOnly: true }, async (context) => {
        const { reportStatus } = await import('../../service/report-status.ts');
        const report = await reportStatus(context, newsletter);
        if (command.opts<{ json?: true }>().json) shell.terminal.out(JSON.stringify(report));
        else printStatus(report, context.config.site.timeZone, shell.terminal);
      });
    });
}
