import { type Command, Option } from 'commander';
import type { PrepareOptions } from '../../delivery/run/prepare-send.ts';
import type { ReadySend, SendReport } from '../../delivery/run/send-report.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import type { Warning } from '../../posts/report-posts.ts';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import { confirm } from '../confirm.ts';
import { plural } from '../format.ts';
import { guardDatabase } from '../guard-database.ts';
import { type MailContext, withMail } from '../mail-context.ts';
import { parseAddresses } from '../parse-addresses.ts';
import { describeBounced, printEdition } from '../print-edition.ts';
import { printProblems, printWarnings } from '../print-problems.ts';
import { reportPreparation } from '../send/report-preparation.ts';
import { reportSend } from '../send/report-send.ts';
import { reportTest } from '../send/report-test.ts';
import type { Shell } from '../shell.ts';
import type { Terminal } from '../terminal.ts';

const EXAMPLES = `
Examples:
  $ broadsheet send politics-essential --to me@example.org    a test, to you only
  $ broadsheet send politics-essential --dry-run              show what would be sent
  $ broadsheet send politics-essential                        asks, then sends
  $ broadsheet send politics-essential --yes --json           from cron or a script

If a send is interrupted, run it again: it continues, and nobody gets an edition twice.
A paused edition continues only with --resume. It was paused by \`broadsheet editions pause\`, or because
relays refused too much of it. A relay whose quota is used up, or that refuses everyone, gets nothing for an
hour; --resume tries one message now.
If posts were deleted, made drafts or postponed after the edition was composed, it is sent only with
--recompose (without these posts) or --as-composed.
Set BROADSHEET_SECRET, and BROADSHEET_SMTP_URL if the relay needs a password.

Exit codes:
   0  everyone got the edition
  67  some addresses were refused for good
  69  the relay does not answer
  75  some messages have to wait, or a post was removed: run the command again
  78  something has to be corrected first, such as a database on hold, or unsubscribe links that nothing answers
`;

interface SendOptions {
  readonly edition?: string;
  readonly to?: readonly string[];
  readonly resume?: true;
  readonly retryFailed?: true;
  readonly inDoubt?: 'resend' | 'skip';
  readonly force?: true;
  readonly recompose?: true;
  readonly asComposed?: true;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** `broadsheet send`: composes if necessary, and sends to all active subscribers. */
export function addSend(program: Command, shell: Shell): void {
  program
    .command('send <newsletter>')
    .description('send the next edition, or continue an unfinished one')
    .option('--edition <id>', 'send this edition')
    .option('--to <address...>', 'send a test to these addresses only; nothing is recorded')
    .option('--resume', 'continue a paused edition')
    .option('--retry-failed', 'retry the deliveries that failed')
    .addOption(
      new Option(
        '--in-doubt <what>',
        'what to do with messages that a crash left in doubt, instead of whenInDoubt in the config',
      ).choices(['resend', 'skip']),
    )
    .option(
      '--recompose',
      'compose a stored edition again before sending it; only if nobody has received it',
    )
    .option('--as-composed', 'send an edition even if posts in it were removed since')
    .option('--force', 'send even if nothing answers the unsubscribe links')
    .option('--dry-run', 'show what would be sent; store and send nothing')
    .option('--yes', 'do not ask')
    .option('--now <time>', 'use this time instead of the current time')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (newsletter: string, options: SendOptions, command: Command) => {
      const test = options.to === undefined ? undefined : parseAddresses(options.to);
      const readOnly = options.dryRun === true || test !== undefined;
      await withMail(command, shell, { readOnly, goesOut: true }, async (context) => {
        const { agreed, findChanges, refuseRetracted } = await import('../send/check-changes.ts');
        const { printPostChanges } = await import('../print-post-changes.ts');
        const { prepareSend } = await import('../../delivery/run/prepare-send.ts');
        if (readOnly) printWarnings(await guardDatabase(context.config), shell.terminal);
        else await settle(newsletter, context);
        if (options.recompose) await recompose(newsletter, options, context, shell.terminal);
        const prepared = await prepareSend(context, { newsletter, ...wishesOf(options) });
        const warnings = [...(await missingNewsletters(context)), ...prepared.warnings];
        const preparation = { ...prepared, warnings };
        context.log.close();
        const changes = options.asComposed ? [] : await findChanges(preparation, context);
        if (!options.json) printProblems(preparation, context, shell.terminal);
        printPostChanges(changes, shell.terminal);
        if (test !== undefined && preparation.kind !== 'nothingNew') {
          const { sendTest } = await import('../../delivery/run/send-test.ts');
          const report = await sendTest(context, preparation, test);
          reportTest(report, preparation, options, shell);
        } else if (preparation.kind !== 'ready' || options.dryRun) {
          reportPreparation(
            preparation,
            { newsletter: findNewsletter(context.config, newsletter), changes },
            options,
            shell,
          );
        } else {
          if (options.yes) refuseRetracted(preparation.edition, changes);
          await confirmSend(preparation, options, context, shell.terminal);
          const report = await deliver(context, {
            ...preparation,
            ...agreed(preparation, changes),
          });
          const settings = findNewsletter(context.config, newsletter);
          reportSend(report, { ...preparation, newsletter: settings }, options, shell);
        }
      });
    });
}

async function missingNewsletters(context: MailContext): Promise<readonly Warning[]> {
  const { findMissingNewsletters, warnOfMissing } = await import(
    '../../newsletters/missing-newsletters.ts'
  );
  return warnOfMissing(context.config, await findMissingNewsletters(context));
}

function wishesOf({
  edition,
  resume,
  retryFailed,
  inDoubt,
  force,
  asComposed,
}: SendOptions): Omit<PrepareOptions, 'newsletter'> {
  return {
    ...(edition === undefined ? {} : { edition }),
    ...(resume === undefined ? {} : { resume }),
    ...(retryFailed === undefined ? {} : { retryFailed }),
    ...(inDoubt === undefined ? {} : { inDoubt }),
    ...(force === undefined ? {} : { force }),
    ...(asComposed === undefined ? {} : { asComposed }),
  };
}

/**
 * Before a send: checks whether the database may send at all (reported also on a day without news),
 * settles the deliveries of a killed send, and fails deliveries that are too old.
 */
async function settle(newsletter: string, context: MailContext): Promise<void> {
  const { checkSplitBrain } = await import('../../recovery/split-brain-guard.ts');
  await checkSplitBrain(context);
  const { settleLedger } = await import('../../delivery/run/settle-ledger.ts');
  const found = findNewsletter(context.config, newsletter);
  for (const { edition, deliveries, bounced } of await settleLedger(context, found)) {
    const who = plural(deliveries, 'subscriber does', 'subscribers do');
    context.log.info(
      `${edition} is over ${plural(found.staleAfterHours, 'hour')} old: ${who} not get it any more`,
    );
    for (const line of describeBounced(bounced)) context.log.info(line);
  }
}

/** Composes the stored edition again, before anything else happens to it. */
async function recompose(
  newsletter: string,
  { edition, dryRun, to, json }: SendOptions,
  context: MailContext,
  terminal: Terminal,
): Promise<void> {
  if (dryRun || to !== undefined) {
    const remedy = 'leave out --dry-run and --to';
    throw new BroadsheetError(EXIT.usage, `--recompose changes the stored edition; ${remedy}`);
  }
  const { recomposeEdition } = await import('../../delivery/editions/recompose-edition.ts');
  const report = await recomposeEdition(context, newsletter, edition);
  context.log.close();
  if (!json) printProblems(report, context, terminal);
}

/** Asks on a terminal; elsewhere requires `--yes`. Throws if the answer is no. */
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

/** Sends. On SIGINT, SIGTERM or SIGHUP it finishes the messages in flight and requeues the others. */
async function deliver(context: MailContext, send: ReadySend): Promise<SendReport> {
  const { deliverEdition } = await import('../../delivery/run/deliver-edition.ts');
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  // When the terminal is closed, both the system and the shell send SIGHUP: a second one does not mean
  // "faster".
  process.on('SIGHUP', stop);
  try {
    return await deliverEdition(context, send, controller.signal);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop).off('SIGHUP', stop);
    context.log.close();
  }
}
