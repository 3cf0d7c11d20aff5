import type { Command } from 'commander';
import { BroadsheetError, EXIT, type ExitCode } from '../../base/errors.ts';
import { findNewsletter } from '../../jobs/find-newsletter.ts';
import { reportEdition } from '../../jobs/report-edition.ts';
import type { PostNotes } from '../../jobs/report-posts.ts';
import type { ReadySend, SendPreparation, SendReport, TestReport } from '../../jobs/send-report.ts';
import type { NewsletterSettings } from '../../model/settings.ts';
import { plural } from '../format.ts';
import { type MailContext, withMail } from '../mail-context.ts';
import { parseAddresses } from '../parse-addresses.ts';
import {
  describeNothingNew,
  formatDeliveries,
  printEdition,
  printTroubles,
} from '../print-edition.ts';
import { printProblems } from '../print-problems.ts';
import type { Shell } from '../shell.ts';
import type { Terminal } from '../terminal.ts';

const EXAMPLES = `
Examples:
  $ broadsheet send politics-essential --to me@example.org    a test, to you only
  $ broadsheet send politics-essential --dry-run              what would be sent
  $ broadsheet send politics-essential                        asks, then sends
  $ broadsheet send politics-essential --yes --json           from cron or a script

Run it again after an interruption: it goes on where it was, and nobody gets an edition twice.
Needs BROADSHEET_SECRET, and BROADSHEET_SMTP_URL unless the relay takes mail without a password.

Exit codes: 0 everyone was served, 67 some addresses were refused for good, 69 the relay is away,
75 some messages have to wait: run it again.
`;

interface SendOptions {
  readonly edition?: string;
  readonly to?: readonly string[];
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
    .option('--dry-run', 'say what would be sent, store and send nothing')
    .option('--yes', 'do not ask')
    .option('--now <time>', 'take this for the present time')
    .option('--json', 'print one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (newsletter: string, options: SendOptions, command: Command) => {
      const test = options.to === undefined ? undefined : parseAddresses(options.to);
      const readOnly = options.dryRun === true || test !== undefined;
      await withMail(command, shell, { readOnly }, async (context) => {
        const { prepareSend } = await import('../../jobs/prepare-send.ts');
        const edition = options.edition === undefined ? {} : { edition: options.edition };
        const preparation = await prepareSend(context, { newsletter, ...edition });
        context.log.close();
        if (!options.json) printProblems(preparation, context, shell.terminal);
        if (test !== undefined && preparation.kind !== 'nothingNew') {
          const { sendTest } = await import('../../jobs/send-test.ts');
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
          reportSend(await deliver(context, preparation), preparation, options, shell);
        }
      });
    });
}

/** Asks on a terminal; elsewhere needs `--yes`. Throws when the answer is no. */
async function confirmSend(
  send: ReadySend,
  { yes, json }: SendOptions,
  { log }: MailContext,
  terminal: Terminal,
): Promise<void> {
  if (yes) return;
  if (!terminal.interactive) {
    throw new BroadsheetError(EXIT.usage, 'there is nobody to ask here; add --yes to send');
  }
  log.close();
  if (!json) printEdition(send.edition, terminal);
  const { confirm } = await import('@clack/prompts');
  const goesOn = send.state === 'unfinished' ? 'Go on sending' : 'Send';
  const answer = await confirm({
    message: `${goesOn} "${send.edition.subject}" to ${plural(send.recipients, 'subscriber')}?`,
    initialValue: false,
    output: process.stderr,
  });
  if (answer !== true) throw new BroadsheetError(EXIT.usage, 'nothing was sent');
}

/** Sends, and on SIGINT or SIGTERM finishes what is in flight and gives back the rest. */
async function deliver(context: MailContext, send: ReadySend): Promise<SendReport> {
  const { deliverEdition } = await import('../../jobs/deliver-edition.ts');
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await deliverEdition(context, send, controller.signal);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    context.log.close();
  }
}

function reportPreparation(
  preparation: SendPreparation,
  newsletter: NewsletterSettings,
  { json }: SendOptions,
  { terminal, setExitCode }: Shell,
): void {
  const waiting = preparation.kind === 'nobody' && preparation.retryAt !== undefined;
  if (waiting) setExitCode(EXIT.tryAgain);
  if (json) {
    const { posts, warnings } = preparation;
    const edition = preparation.kind === 'nothingNew' ? null : reportEdition(preparation.edition);
    const recipients = preparation.kind === 'ready' ? preparation.recipients : 0;
    const deliveries = preparation.kind === 'nothingNew' ? NO_DELIVERIES : preparation.deliveries;
    terminal.out(
      JSON.stringify({ edition, recipients, deliveries, messages: [], posts, warnings }),
    );
    return;
  }
  for (const line of describePreparation(preparation, newsletter, terminal)) terminal.out(line);
}

function* describePreparation(
  preparation: SendPreparation,
  newsletter: NewsletterSettings,
  terminal: Terminal,
): Generator<string> {
  if (preparation.kind === 'nothingNew') {
    yield `${describeNothingNew(newsletter)}, nothing sent.`;
    return;
  }
  printEdition(preparation.edition, terminal);
  if (preparation.kind === 'ready') {
    const recipients = plural(preparation.recipients, 'subscriber');
    yield `Dry run: this would go to ${recipients}. Nothing was stored or sent.`;
  } else if (preparation.retryAt !== undefined) {
    yield `Sent     ${formatDeliveries(preparation.deliveries)}`;
    yield `The others have to wait until ${preparation.retryAt}; run this again then.`;
  } else if (preparation.deliveries.planned === 0) {
    yield 'Nobody is subscribed: nothing sent. `broadsheet subscribers add` subscribes people.';
  } else {
    yield `Sent     ${formatDeliveries(preparation.deliveries)}`;
    yield 'Everyone was served before: nothing sent.';
  }
}

const NO_DELIVERIES = {
  planned: 0,
  accepted: 0,
  deferred: 0,
  failed: 0,
  suppressed: 0,
  inDoubt: 0,
  queued: 0,
};

function reportTest(
  report: TestReport,
  { posts, warnings }: PostNotes,
  { json }: SendOptions,
  { terminal, setExitCode }: Shell,
): void {
  if (report.messages.some(({ accepted }) => !accepted)) setExitCode(EXIT.unavailable);
  if (json) {
    terminal.out(JSON.stringify({ ...report, deliveries: NO_DELIVERIES, posts, warnings }));
    return;
  }
  printEdition(report.edition, terminal);
  for (const { to, accepted, reply } of report.messages) {
    terminal.out(
      `Test to ${to}: ${accepted ? 'accepted' : 'not accepted'} (${reply.code} ${reply.text})`,
    );
  }
}

function reportSend(
  report: SendReport,
  { posts, warnings }: PostNotes,
  { json, yes }: SendOptions,
  { terminal, setExitCode }: Shell,
): void {
  setExitCode(exitCodeOf(report));
  if (json) {
    terminal.out(JSON.stringify({ ...report, messages: [], posts, warnings }));
    return;
  }
  if (yes) printEdition(report.edition, terminal);
  terminal.out(`Sent     ${formatDeliveries(report.deliveries)}`);
  printTroubles(report, terminal);
  if (report.stopped)
    terminal.err(`${terminal.paintErr('red', 'stopped')}  ${report.stopped.message}`);
  else if (report.retryAt)
    terminal.out(`Some have to wait until ${report.retryAt}; run this again then.`);
}

function exitCodeOf({ deliveries, stopped }: SendReport): ExitCode {
  if (stopped?.because === 'relay') return EXIT.unavailable;
  const { queued, deferred, inDoubt, failed } = deliveries;
  if (stopped || queued + deferred + inDoubt > 0) return EXIT.tryAgain;
  return failed > 0 ? EXIT.noUser : EXIT.ok;
}
