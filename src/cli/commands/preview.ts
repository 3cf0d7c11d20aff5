import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { reportEdition } from '../../delivery/run/send-report.ts';
import { EXIT } from '../../kernel/errors.ts';
import { writeFileAtomically } from '../../kernel/files/write-atomically.ts';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import { shortPath } from '../format.ts';
import { withMail } from '../mail-context.ts';
import { describeNothingNew, printEdition } from '../print-edition.ts';
import { printProblems } from '../print-problems.ts';
import type { Shell } from '../shell.ts';

const EXAMPLES = `
Examples:
  $ broadsheet preview politics-essential
  $ broadsheet preview politics-essential --out /tmp/look --now 2026-03-20T07:00
`;

/** `broadsheet preview`: the HTML, the text and the message of the next send. */
export function addPreview(program: Command, shell: Shell): void {
  program
    .command('preview <newsletter>')
    .description('write the next edition as HTML, text and .eml files; send nothing')
    .option('--out <dir>', 'folder for the files', 'preview')
    .option('--now <time>', 'use this time instead of the current time')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (newsletter: string, options: { out: string; json?: true }, command: Command) => {
      await withMail(command, shell, { readOnly: true }, async (context) => {
        const { previewEdition } = await import('../../delivery/editions/preview-edition.ts');
        const report = await previewEdition(context, newsletter);
        context.log.close();
        if (report.posts.leftOut.length > 0) shell.setExitCode(EXIT.data);
        const { terminal } = shell;
        const files = report.kind === 'preview' ? writePreview(resolve(options.out), report) : [];
        if (options.json) {
          const edition = report.kind === 'preview' ? reportEdition(report.edition) : null;
          const { posts, warnings } = report;
          terminal.out(JSON.stringify({ edition, files, posts, warnings }));
          return;
        }
        printProblems(report, context, terminal);
        if (report.kind === 'nothingNew')
          terminal.out(`${describeNothingNew(findNewsletter(context.config, newsletter))}.`);
        else printEdition(report.edition, terminal);
        for (const file of files) terminal.out(`Wrote    ${shortPath(file)}`);
      });
    });
}

interface Preview {
  readonly edition: { readonly id: string };
  readonly html: string;
  readonly text: string;
  readonly eml: Buffer;
}

function writePreview(folder: string, { edition, html, text, eml }: Preview): string[] {
  mkdirSync(folder, { recursive: true });
  const bytes = { html: Buffer.from(html), txt: Buffer.from(text), eml };
  return Object.entries(bytes).map(([ending, content]) => {
    const file = join(folder, `${edition.id}.${ending}`);
    writeFileAtomically(file, content);
    return file;
  });
}
