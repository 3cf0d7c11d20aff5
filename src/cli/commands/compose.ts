import type { Command } from 'commander';
import { reportEdition } from '../../delivery/run/send-report.ts';
import { EXIT } from '../../kernel/errors.ts';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import { withMail } from '../mail-context.ts';
import { describeNothingNew, printEdition } from '../print-edition.ts';
import { printProblems } from '../print-problems.ts';
import type { Shell } from '../shell.ts';

const EXAMPLES = `
Examples:
  $ broadsheet compose politics-essential
  $ broadsheet compose politics-essential --now 2026-03-20T07:00 --json

The edition is stored and does not change any more. \`broadsheet send\` sends it.
`;

/** `broadsheet compose`: composes the next edition and stores it. */
export function addCompose(program: Command, shell: Shell): void {
  program
    .command('compose <newsletter>')
    .description('compose the next edition and store it')
    .option('--now <time>', 'use this time instead of the current time')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (newsletter: string, _options, command: Command) => {
      await withMail(command, shell, { readOnly: false }, async (context) => {
        const { composeEdition } = await import('../../editions/compose/compose-edition.ts');
        const report = await composeEdition(context, newsletter);
        context.log.close();
        if (report.posts.leftOut.length > 0) shell.setExitCode(EXIT.data);
        const { terminal } = shell;
        if (command.opts().json) {
          const edition = report.edition === undefined ? null : reportEdition(report.edition);
          terminal.out(JSON.stringify({ ...report, edition }));
          return;
        }
        printProblems(report, context, terminal);
        if (report.edition) printEdition(report.edition, terminal);
        else terminal.out(`${describeNothingNew(findNewsletter(context.config, newsletter))}.`);
      });
    });
}
