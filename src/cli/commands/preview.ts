import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { reportEdition } from '../../delivery/run/send-report.ts';
import { EXIT } from '../../kernel/errors.ts';
import { writeFileAtomically } from '../../kernel/files/write-atomically.ts';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import { JSON_OPTION, NO_CACHE_OPTION, NOW_OPTION } from '../arguments.ts';
import { withMail } from '../context.ts';
import { describeEdition, describeNothingNew } from '../describe-edition.ts';
import { shortPath } from '../format.ts';
import { printFindings, printProblems } from '../print-problems.ts';
import type { Shell } from '../shell.ts';

const EXAMPLES = `
Examples:
  $ broadsheet preview politics-essential
  $ broadsheet preview politics-essential --edition politics-essential-2026-03-20
  $ broadsheet preview politics-essential --out /tmp/look --now 2026-03-20T07:00
`;

/** `broadsheet preview`: the HTML, the text and the message of the next send. */
export function addPreview(program: Command, shell: Shell): void {
  program
    .command('preview <newsletter>')
    .description('write an edition as HTML, text and .eml files; send nothing')
    .option('--out <dir>', 'folder for the files', 'preview')
    .option('--edition <id>', 'this edition, also if it was sent')
    .option(...NOW_OPTION)
    .option(...NO_CACHE_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', EXAMPLES)
    .action((newsletter: string, options: { out: string; edition?: string }, command: Command) =>
      withMail(command, shell, { readOnly: true }, async (context) => {
        const { previewEdition } = await import('../../delivery/editions/preview-edition.ts');
        const { out } = options;
        const report = await previewEdition(context, newsletter, options.edition);
        const { posts, warnings } = report;
        if (posts.leftOut.length > 0) shell.setExitCode(EXIT.data);
        const edition = report.kind === 'preview' ? reportEdition(report.edition) : null;
        const findings = report.kind === 'preview' ? report.findings : [];
        const files: string[] = [];
        if (report.kind === 'preview') {
          mkdirSync(resolve(out), { recursive: true });
          const { html, text, eml } = report;
          for (const [ending, content] of Object.entries({ html, txt: text, eml })) {
            const file = join(resolve(out), `${report.edition.id}.${ending}`);
            writeFileAtomically(file, Buffer.from(content));
            files.push(file);
          }
        }
        const isSample = report.kind === 'preview' && report.isSample;
        context.print({ edition, isSample, files, posts, warnings, findings }, function* () {
          printProblems(report, context);
          if (isSample) {
            yield `${describeNothingNew(findNewsletter(context.config, newsletter))}. This preview shows the newest posts instead.`;
          }
          if (edition) yield* describeEdition(edition, shell.terminal);
          else yield `${describeNothingNew(findNewsletter(context.config, newsletter))}.`;
          printFindings(findings, shell.terminal);
          for (const file of files) yield `Wrote    ${shortPath(file)}`;
        });
      }),
    );
}
