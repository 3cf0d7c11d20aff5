import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { JSON_OPTION } from '../arguments.ts';
import { withMail } from '../context.ts';
import { shortPath } from '../format.ts';
import type { Shell } from '../shell.ts';

const EXAMPLES = `
Examples:
  $ broadsheet report                                   the last editions side by side, and growth
  $ broadsheet report politics-essential-2026-03-20     one edition
  $ broadsheet report --out report.html                 name the file of the page
  $ broadsheet report --json                            for a script

No reader is tracked: the numbers are what relays answered and what subscribers did.
`;

/** `broadsheet report`: what editions did, printed, and as one HTML page. */
export function addReport(program: Command, shell: Shell): void {
  program
    .command('report [edition]')
    .description('report what an edition did, or the last ones side by side')
    .option('--newsletter <id>', 'only this newsletter')
    .option('--out <file>', 'file of the page (default: .broadsheet/reports/NAME.html)')
    .option(...JSON_OPTION)
    .addHelpText('after', EXAMPLES)
    .action((edition: string | undefined, options: Options, command: Command) =>
      withMail(command, shell, { readOnly: true }, async (context) => {
        const { makeReport } = await import('../../reports/make-report.ts');
        const { reportPage } = await import('../../reports/report-page.ts');
        const { reportText } = await import('../../reports/report-sections.ts');
        const { makeStateFolder } = await import('../../kernel/files/state-folder.ts');
        const { writeFileAtomically } = await import('../../kernel/files/write-atomically.ts');
        const { newsletter, out } = options;
        const report = await makeReport(context, { edition, newsletter });
        const name = `${edition ?? newsletter ?? 'all'}.html`;
        const folder = dirname(context.config.journalFile);
        const file = out === undefined ? join(folder, 'reports', name) : resolve(out);
        // The outer one first: it keeps its files out of Git.
        if (out === undefined) [context.config.journalFile, file].forEach(makeStateFolder);
        writeFileAtomically(file, reportPage(report));
        context.print({ ...report, page: file }, function* () {
          yield* reportText(report);
          yield '';
          yield `With charts: ${shortPath(file)}`;
        });
      }),
    );
}

interface Options {
  readonly newsletter?: string;
  readonly out?: string;
}
