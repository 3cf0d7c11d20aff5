import { type Command, Option } from 'commander';
import type { Warning } from '../../jobs/feeds/report-posts.ts';
import { findNewsletter } from '../../jobs/find-newsletter.ts';
import type { PrepareOptions } from '../../jobs/sending/prepare-send.ts';
import type { ReadySend, SendReport } from '../../jobs/sending/send-report.ts';
import { confirm } from '../confirm.ts';
import { plural } from '../format.ts';
import { type MailContext, withMail } from '../mail-context.ts';
import { parseAddresses } from '../parse-addresses.ts';
import { describeBounced, printEdition } from '../print-edition.ts';
import { printProblems } from '../print-problems.ts';
import { reportPreparation } from '../send/report-preparation.ts';
import { reportSend } from '../send/report-send.ts';
import { reportTest } from '../send/report-test.ts';
import type { Shell } from '../shell.ts';
import type { Terminal } from '../terminal.ts';

const EXAMPLES = `
Examples:
  $ broadsheet send politics-essential --to me@example.org    a test, to you only
  $ broadsheet send politics-essential --dry-run              what would be sent
  $ broadsheet send politics-essential                        asks, then sends
  $ broadsheet send politics-essential --yes --json           from cron or a script

Run it again after an interruption: it goes on where it was, and nobody gets an edition twice.
An edition that was paused (by \`broadsheet editions pause\`, or since relays refused too much of it)
goes on with --resume only.
Needs BROADSHEET_SECRET, and BROADSHEET_SMTP_URL unless the relay takes mail without a password.

Exit codes: 0 everyone was served, 67 some addresses were refused for good, 69 the relay is away,
75 some messages have to wait: run it again, 78 the database is held: it says why, and what to do.
`;

interface SendOptions {
  readonly edition?: string;
  readonly to?: readonly string[];
  readonly resume?: true;
  readonly retryFailed?: true;
  readonly inDoubt?: 'resend' | 'skip';
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** `broadsheet send`: composes if need be, and sends to everyone who signed up. */
export function addSend(program: Command, shell: Shell): void {
  program
    .command('send <newsletter>')
    .description('send the next edition, or go on with one that is not finished')
    .option('--edition <id>', 'send this edition')
    .option('--to <address...>', 'a test: to these addresses only, outside the ledger')
    .option('--resume', 'go on with an edition that was paused')
    .option('--retry-failed', 'send once more to those for whom it failed')
    .addOption(
      new Option(
        '--in-doubt <what>',
        "of messages that a crash left in doubt, in place of the newsletter's whenInDoubt",
      ).choices(['resend', 'skip']),
    )
    .option('--dry-run', 'say what would be sent, store and send nothing')
    .option('--yes', 'do not ask')
    .option('--now <time>', 'take this for the present time')
    .option('--json', 'print one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (newsletter: string, options: SendOptions, command: Command) => {
      const test = options.to === undefined ? undefined : parseAddresses(options.to);
      const readOnly = options.dryRun === true || test !== undefined;
      await withMail(command, shell, { readOnly }, async (context) => {
        const { prepareSend } = await import('../../jobs/sending/prepare-send.ts');
        if (!readOnly) await settle(newsletter, context);
        const prepared = await prepareSend(context, { newsletter, ...wishesOf(options) });
        const warnings = [...(await missingNewsletters(context)), ...prepared.warnings];
        const preparation = { ...prepared, warnings };
        context.log.close();
        if (!options.json) printProblems(preparation, context, shell.terminal);
        if (test !== undefined && preparation.kind !== 'nothingNew') {
          const { sendTest } = await import('../../jobs/sending/send-test.ts');
          const report = await sendTest(context, preparation, test);
          reportTest(report, preparation, options, shell);
        } else if (preparation.kind !== 'ready' || options.dryRun) {
          reportPreparation(
            preparation,
            findNewsletter(context.config, newsletter),
            options,
            shell,
          );
        } else {
          await confirmSend(preparation, options, context, shell.terminal);
          const report = await deliver(context, preparation);
          const settings = findNewsletter(context.config, newsletter);
          reportSend(report, { ...preparation, newsletter: settings }, options, shell);
        }
      });
    });
}

async function missingNewsletters(context: MailContext): Promise<readonly Warning[]> {
  const { findMissingNewsletters, warnOfMissing } = await import(
    '../../jobs/newsletters/missing-newsletters.ts'
  );
  return warnOfMissing(context.config, await findMissingNewsletters(context));
}

function wishesOf({
  edition,
  resume,
  retryFailed,
  inDoubt,
}: SendOptions): Omit<PrepareOptions, 'newsletter'> {
  return {
    ...(edition === undefined ? {} : { edition }),
    ...(resume === undefined ? {} : { resume }),
    ...(retryFailed === undefined ? {} : { retryFailed }),
    ...(inDoubt === undefined ? {} : { inDoubt }),
  };
}

/**
 * Before anything is sent: whether the database may send at all (which is said on a day without
 * news too), what a killed send left, and what is too old to be sent.
 */
async function settle(newsletter: string, context: MailContext): Promise<void> {
  const { checkFence } = await import('../../jobs/database/check-fence.ts');
  await checkFence(context);
  const { settleLedger } = await import('../../jobs/sending/settle-ledger.ts');
  const found = findNewsletter(context.config, newsletter);
  for (const { edition, deliveries, bounced } of await settleLedger(context, found)) {
    const who = plural(deliveries, 'subscriber does', 'subscribers do');
    context.log.info(
      `${edition} is over ${plural(found.staleAfterHours, 'hour')} old: ${who} not get it any more`,
    );
    for (const line of describeBounced(bounced)) context.log.info(line);
  }
}

/** Asks on a terminal; elsewhere needs `--yes`. Throws when the answer is no. */
async function confirmSend(
  send: ReadySend,
  { yes, json }: SendOptions,
  { log }: MailContext,
  terminal: Terminal,
): Promise<void> {
  if (yes) return;
  log.close();
  const goesOn = send.state === 'unfinished' ? 'Go on sending' : 'Send';
  const message = `${goesOn} "${send.edition.subject}" to ${plural(send.recipients, 'subscriber')}?`;
  const show = () => {
    if (!json) printEdition(send.edition, terminal);
  };
  await confirm({ to: 'send', message, otherwise: 'nothing was sent', show }, terminal);
}

/** Sends, and on SIGINT, SIGTERM or SIGHUP finishes what is in flight and gives back the rest. */
async function deliver(context: MailContext, send: ReadySend): Promise<SendReport> {
  const { deliverEdition } = await import('../../jobs/sending/deliver-edition.ts');
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  // The terminal was closed; the system and the shell both say so, so a second one is no hurry.
  process.on('SIGHUP', stop);
  try {
    return await deliverEdition(context, send, controller.signal);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop).off('SIGHUP', stop);
    context.log.close();
  }
}
