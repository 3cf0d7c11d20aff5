import type { Command } from 'commander';
import { reportEdition } from '../../delivery/run/send-report.ts';
import { EXIT } from '../../kernel/errors.ts';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import { JSON_OPTION, NO_CACHE_OPTION, NOW_OPTION } from '../arguments.ts';
import { withMail } from '../context.ts';
import { describeEdition, describeNothingNew } from '../describe-edition.ts';
import { printFindings, printProblems } from '../print-problems.ts';
import type { Shell } from '../shell.ts';

const EXAMPLES = `
Examples:
  $ broadsheet compose politics-essential
  $ broadsheet compose politics-essential --now 2026-03-20T07:00 --json

The edition is stored and does not change after that. \`broadsheet send\` sends it.
`;

/** `broadsheet compose`: composes the next edition and stores it. */
export function addCompose(program: Command, shell: Shell): void {
  program
    .command('compose <newsletter>')
    .description('compose the next edition and store it')
    .option(...NOW_OPTION)
    .option(...NO_CACHE_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', EXAMPLES)
    .action((newsletter: string, _options, command: Command) =>
      withMail(command, shell, { readOnly: false }, async (context) => {
        const { composeEdition } = await import('../../editions/compose/compose-edition.ts');
        const { inspectEdition } = await import('../../delivery/gate/inspect-edition.ts');
        const report = await composeEdition(context, newsletter);
        if (report.posts.leftOut.length > 0) shell.setExitCode(EXIT.data);
        const settings = findNewsletter(context.config, newsletter);
        const edition = report.edition === undefined ? null : reportEdition(report.edition);
        const findings =
          report.edition && (await inspectEdition(context, settings, report.edition));
        context.print({ ...report, edition, findings: findings ?? [] }, function* () {
          printProblems(report, context);
          if (edition) yield* describeEdition(edition, shell.terminal);
          else yield `${describeNothingNew(settings)}.`;
          printFindings(findings ?? [], shell.terminal);
        });
      }),
    );
}
