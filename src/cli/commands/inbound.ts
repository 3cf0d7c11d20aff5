import type { Command } from 'commander';
import type { ReturnedReport } from '../../inbound/show-returned.ts';
import { BroadsheetError, EXIT, reasonOf } from '../../kernel/errors.ts';
import { formatTable } from '../../kernel/format-table.ts';
import { JSON_OPTION } from '../arguments.ts';
import { type MailContext, withMail } from '../context.ts';
import { formatReturned } from '../describe-returned.ts';
import { formatTime, plural } from '../format.ts';
import type { Shell } from '../shell.ts';

const EXAMPLES = `
Without a subcommand, it reads one mail from standard input: for the pipe of a mail server. The recipient is
in RECIPIENT or ORIGINAL_RECIPIENT, which mail servers set, or in --recipient.

Examples:
  $ broadsheet inbound < mail.eml   understand one mail, and apply it
  $ broadsheet inbound read         read the mailboxes of the config, from cron
  $ broadsheet inbound list         what came back, and what was not understood
  $ broadsheet inbound show ID      one of the mails that were not understood

Exit codes of the pipe:
   0  the mail is stored; the mail server must not keep it
  75  not now: the mail server keeps the mail and tries again
`;

/** `broadsheet inbound [read | list | show]`. */
export function addInbound(program: Command, shell: Shell): void {
  const inbound = program
    .command('inbound')
    .description('read mail that comes back: bounces, complaints, unsubscribes')
    .option('--recipient <address>', "the envelope's recipient")
    .addHelpText('after', EXAMPLES)
    .action(({ recipient }: { recipient?: string }, self: Command) =>
      takeFromPipe(self, shell, recipient),
    );
  inbound
    .command('read')
    .description('read everything new in the mailboxes of the config, once')
    .option(...JSON_OPTION)
    .action((_options, self: Command) =>
      withMail(self, shell, { readOnly: false }, async (context) => {
        const { readReturnedOnce } = await import('../../inbound/read-returned.ts');
        const mails = await readReturnedOnce(context, new AbortController().signal);
        context.print({ mails }, () => [`${plural(mails, 'mail')} read.`]);
      }),
    );
  inbound
    .command('list')
    .description('count what came back, and list the mails that were not understood')
    .option(...JSON_OPTION)
    .action((_options, self: Command) =>
      withMail(self, shell, { readOnly: true }, async (context) => {
        const { DAYS, listReturned } = await import('../../inbound/show-returned.ts');
        const report = await listReturned(context);
        context.print(report, () => describeReturned(report, DAYS, context));
      }),
    );
  inbound
    .command('show <id>')
    .description('print the beginning of a mail that was not understood')
    .option(...JSON_OPTION)
    .action((id: string, _options, self: Command) =>
      withMail(self, shell, { readOnly: true }, async (context) => {
        const { showKept } = await import('../../inbound/show-returned.ts');
        const content = await showKept(context, id);
        context.print({ id, content }, () => content.split(/\r\n|\n|\r/));
      }),
    );
}

/**
 * Takes the mail on standard input. Ends with 75 for every error: with any other code, the mail server
 * would return the mail to its sender.
 */
async function takeFromPipe(self: Command, shell: Shell, recipient?: string): Promise<void> {
  try {
    if (process.stdin.isTTY) {
      throw new BroadsheetError(EXIT.usage, 'there is no mail on standard input; see --help');
    }
    const { readPipe } = await import('../../inbound/sources/read-pipe.ts');
    const mail = await readPipe(process.stdin);
    await withMail(self, shell, { readOnly: false }, async (context) => {
      const { guarded } = await import('../../inbound/read-returned.ts');
      const { RECIPIENT, ORIGINAL_RECIPIENT } = process.env;
      const recipients = [recipient, ORIGINAL_RECIPIENT, RECIPIENT].filter(
        (each) => each !== undefined,
      );
      await guarded(context, 'pipe')({ ...mail, recipients });
    });
  } catch (error) {
    if (error instanceof BroadsheetError && error.exitCode === EXIT.usage) throw error;
    throw new BroadsheetError(EXIT.tryAgain, reasonOf(error), { cause: error });
  }
}

function* describeReturned(
  { counts, kept }: ReturnedReport,
  days: number,
  { config }: MailContext,
): Generator<string> {
  yield `In the last ${days} days: ${formatReturned(counts) || 'nothing came back'}.`;
  if (kept.length === 0) return;
  yield '';
  const rows = kept.map(({ id, at, from, subject, reason }) => [
    ...[id, formatTime(at, config.site.timeZone), from.slice(0, 40), subject.slice(0, 40), reason],
  ]);
  yield* formatTable([['not understood', 'came', 'from', 'subject', ''], ...rows]);
}
