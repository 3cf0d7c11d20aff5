import { type Command, Option } from 'commander';
import { assertPasses, errorsOf, type GateFinding } from '../../delivery/gate/finding.ts';
import {
  type ReadySend,
  reportEdition,
  type SendPreparation,
  type SendReport,
  type Stopped,
} from '../../delivery/run/send-report.ts';
import type { EditionPause } from '../../editions/edition.ts';
import { isTakenAway, type PostChange } from '../../editions/post-change.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import { BroadsheetError, EXIT, type ExitCode } from '../../kernel/errors.ts';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { JSON_OPTION, NOW_OPTION, parseAddresses, YES_OPTION } from '../arguments.ts';
import { guardDatabase, type MailContext, withMail } from '../context.ts';
import {
  describeBounced,
  describeEdition,
  describeNothingNew,
  describeTroubles,
  describeUndecided,
  formatDeliveries,
  printPostChanges,
} from '../describe-edition.ts';
import { formatDue, plural, shortPath } from '../format.ts';
import { printFindings, printProblems, printWarnings } from '../print-problems.ts';
import type { Shell } from '../shell.ts';

const EXAMPLES = `
Examples:
  $ broadsheet send politics-essential --to me@example.org    a test, to you only
  $ broadsheet send politics-essential --dry-run              show what would be sent
  $ broadsheet send politics-essential                        asks, then sends
  $ broadsheet send politics-essential --yes --json           from cron or a script

If a send is interrupted, run it again: it continues, and nobody gets an edition twice.
A paused edition continues only with --resume. Editors pause it with \`broadsheet editions pause\`, and
Broadsheet pauses it if relays refuse too many of its messages. A relay that refuses everyone, or whose quota
is used up, gets nothing for an hour; --resume tries one message now.
If posts were deleted, made drafts or postponed after the edition was composed, it is sent only with
--recompose (without these posts) or --as-composed (with them).
Set BROADSHEET_SECRET, and BROADSHEET_SMTP_URL if the relay needs a password.

Exit codes:
   0  everyone got the edition
  65  the edition does not pass the gate: correct it, or use --force
  67  some addresses were refused permanently
  69  the relay does not answer
  75  some messages have to wait, or a post was removed: run the command again
  78  you have to correct something first, such as a database on hold, or unsubscribe links that do not work
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
        'what to do with messages that may have been sent before a crash, instead of whenInDoubt in the config',
      ).choices(['resend', 'skip']),
    )
    .option(
      '--recompose',
      'compose a stored edition again before sending it; only if nobody has received it',
    )
    .option(
      '--as-composed',
      'send an edition even if some of its posts were removed after it was composed',
    )
    .option(
      '--force',
      'send even if the edition does not pass the gate, or the unsubscribe links do not work',
    )
    .option('--dry-run', 'show what would be sent; store and send nothing')
    .option(...YES_OPTION)
    .option(...NOW_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', EXAMPLES)
    .action((newsletter: string, options: SendOptions, command: Command) => {
      const test = options.to && parseAddresses(options.to);
      const readOnly = options.dryRun === true || test !== undefined;
      return withMail(command, shell, { readOnly, goesOut: true }, async (context) => {
        const { config, terminal } = context;
        if (readOnly) printWarnings(await guardDatabase(config), terminal);
        else await settle(newsletter, context);
        if (options.recompose) await recompose(newsletter, options, context);
        const preparation = await prepare(newsletter, options, context);
        const changes = options.asComposed ? [] : await findChanges(preparation, context);
        if (!options.json) printProblems(preparation, context);
        printPostChanges(changes, terminal);
        const findings = await inspect(preparation, context);
        const isSent = test === undefined && preparation.kind === 'ready' && !options.dryRun;
        if (isSent && !options.force) assertPasses(preparation.edition, findings);
        printFindings(findings, terminal);
        if (test !== undefined && preparation.kind !== 'nothingNew') {
          await testSend(preparation, test, findings, context);
        } else if (preparation.kind !== 'ready' || options.dryRun) {
          reportPreparation(
            { ...preparation, changes, findings },
            findNewsletter(config, newsletter),
            context,
          );
        } else {
          if (options.yes) await refuseRetracted(preparation, changes);
          await send({ ...preparation, findings }, changes, context);
        }
      });
    });
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
      `${edition} is over ${plural(found.staleAfterHours, 'hour')} old: ${who} not get it`,
    );
    for (const line of describeBounced(bounced)) context.log.info(line);
  }
}

/** Composes the stored edition again, before anything else happens to it. */
async function recompose(
  newsletter: string,
  { edition, dryRun, to, json }: SendOptions,
  context: MailContext,
): Promise<void> {
  if (dryRun || to !== undefined) {
    const remedy = 'leave out --dry-run and --to';
    throw new BroadsheetError(EXIT.usage, `--recompose changes the stored edition; ${remedy}`);
  }
  const { recomposeEdition } = await import('../../delivery/editions/recompose-edition.ts');
  const report = await recomposeEdition(context, newsletter, edition);
  context.log.close();
  if (!json) printProblems(report, context);
}

async function prepare(
  newsletter: string,
  { edition, resume, retryFailed, inDoubt, force, asComposed }: SendOptions,
  context: MailContext,
): Promise<SendPreparation> {
  const { prepareSend } = await import('../../delivery/run/prepare-send.ts');
  const { findMissingNewsletters, warnOfMissing } = await import(
    '../../newsletters/missing-newsletters.ts'
  );
  const options = { edition, resume, retryFailed, inDoubt, force, asComposed };
  const prepared = await prepareSend(context, { newsletter, ...options });
  const missing = warnOfMissing(context.config, await findMissingNewsletters(context));
  context.log.close();
  return { ...prepared, warnings: [...missing, ...prepared.warnings] };
}

/** The changes to the posts of a stored edition that nobody has got yet; empty for a new one. */
async function findChanges(
  preparation: SendPreparation,
  context: MailContext,
): Promise<readonly PostChange[]> {
  if (preparation.kind === 'nothingNew') return [];
  if (preparation.kind === 'ready' && preparation.state === 'new') return [];
  const { findEdition } = await import('../../editions/queries/editions.ts');
  const { changesBeforeSending } = await import('../../delivery/editions/retractions.ts');
  const stored = await findEdition(context.store.db, preparation.edition.id);
  return stored === undefined ? [] : changesBeforeSending(context, stored);
}

/** What the gate finds in an edition that nobody has got yet. */
async function inspect(
  preparation: SendPreparation,
  context: MailContext,
): Promise<readonly GateFinding[]> {
  if (preparation.kind === 'nothingNew' || preparation.deliveries.planned > 0) return [];
  const { inspectEdition } = await import('../../delivery/gate/inspect-edition.ts');
  const { edition } = preparation;
  return inspectEdition(context, findNewsletter(context.config, edition.newsletter), edition);
}

/**
 * Throws (exit code 75) for an edition with posts that were removed, if there is no person to ask: it
 * must not be sent unnoticed.
 */
async function refuseRetracted(
  { edition: { id, newsletter } }: ReadySend,
  changes: readonly PostChange[],
): Promise<void> {
  const { retractionRemedy, whyRetracted } = await import('../../delivery/editions/retractions.ts');
  const reason = whyRetracted(changes);
  if (reason === undefined) return;
  const remedy = retractionRemedy(newsletter, id);
  throw new BroadsheetError(EXIT.tryAgain, `${id}  ${reason}; ${remedy}`);
}

/** Exit code 69 if a message was not accepted. */
async function testSend(
  preparation: Exclude<SendPreparation, { readonly kind: 'nothingNew' }>,
  addresses: readonly EmailAddress[],
  findings: readonly GateFinding[],
  context: MailContext,
): Promise<void> {
  const { sendTest } = await import('../../delivery/run/send-test.ts');
  const { posts, warnings } = preparation;
  const report = await sendTest(context, preparation, addresses);
  if (report.messages.some(({ accepted }) => !accepted)) context.setExitCode(EXIT.unavailable);
  context.print({ ...report, deliveries: NO_DELIVERIES, posts, warnings, findings }, function* () {
    yield* describeEdition(report.edition, context.terminal);
    for (const { to, accepted, reply } of report.messages) {
      const outcome = accepted ? 'accepted' : 'not accepted';
      yield `Test to ${to}: ${outcome} (${reply.code} ${reply.text})`;
    }
  });
}

/**
 * Asks, and sends. On SIGINT, SIGTERM or SIGHUP it finishes the messages in flight and requeues the
 * others.
 */
async function send(
  preparation: ReadySend,
  changes: readonly PostChange[],
  context: MailContext,
): Promise<void> {
  const { deliverEdition } = await import('../../delivery/run/deliver-edition.ts');
  const { edition, state, recipients, posts, warnings, findings } = preparation;
  const isShown = await context.confirm({
    to: 'send',
    message: `${state === 'unfinished' ? 'Continue to send' : 'Send'} "${edition.subject}" to ${plural(recipients, 'subscriber')}?`,
    otherwise: 'nothing was sent',
    show: describeEdition(edition, context.terminal),
  });
  // A person who saw the changes and still sends has agreed to send it as composed.
  const options = changes.some(isTakenAway)
    ? { ...preparation.options, asComposed: true }
    : preparation.options;
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  // When the terminal is closed, both the system and the shell send SIGHUP: a second one does not mean
  // "faster".
  process.on('SIGHUP', stop);
  const report = await deliverEdition(context, { ...preparation, options }, controller.signal);
  context.setExitCode(exitCodeOf(report));
  context.print({ ...report, messages: [], posts, warnings, findings }, function* () {
    if (!isShown) yield* describeEdition(report.edition, context.terminal);
    yield* describeSend(report, findNewsletter(context.config, edition.newsletter), context);
  });
}

/** The table of deliveries without a send. */
const NO_DELIVERIES = {
  planned: 0,
  accepted: 0,
  returned: 0,
  deferred: 0,
  failed: 0,
  suppressed: 0,
  inDoubt: 0,
  queued: 0,
};

/** Prints what would be sent, or why nothing is. Exit code 75 if something waits. */
export function reportPreparation(
  preparation: SendPreparation & {
    readonly changes: readonly PostChange[];
    readonly findings: readonly GateFinding[];
  },
  newsletter: NewsletterSettings,
  { terminal, setExitCode, print }: Shell & Pick<MailContext, 'print'>,
): void {
  const { kind, posts, warnings, changes, findings } = preparation;
  const isWaiting =
    kind === 'paused' ||
    (kind === 'nobody' && (preparation.retryAt !== undefined || preparation.undecided > 0));
  if (isWaiting) setExitCode(EXIT.tryAgain);
  const isHeld = kind === 'ready' && !preparation.options.force && errorsOf(findings).length > 0;
  if (isHeld) setExitCode(EXIT.data);
  const result = {
    edition: kind === 'nothingNew' ? null : reportEdition(preparation.edition),
    recipients: kind === 'ready' ? preparation.recipients : 0,
    deliveries: kind === 'nothingNew' ? NO_DELIVERIES : preparation.deliveries,
    paused: kind === 'paused' ? preparation.pause : undefined,
    messages: [],
    posts,
    warnings,
    changes,
    findings,
  };
  print(result, function* () {
    if (kind === 'nothingNew') {
      yield `${describeNothingNew(newsletter)}. Nothing was sent.`;
      return;
    }
    yield* describeEdition(preparation.edition, terminal);
    if (isHeld)
      yield 'Dry run: this would not be sent without --force. Nothing was stored or sent.';
    else yield* describePreparation(preparation, newsletter);
  });
}

function* describePreparation(
  preparation: Exclude<SendPreparation, { readonly kind: 'nothingNew' }>,
  { id, timeZone }: NewsletterSettings,
): Generator<string> {
  const { kind, deliveries } = preparation;
  if (kind === 'ready') {
    const recipients = plural(preparation.recipients, 'subscriber');
    yield `Dry run: this would go to ${recipients}. Nothing was stored or sent.`;
    return;
  }
  if (kind === 'nobody' && deliveries.planned === 0) {
    yield 'Nobody is subscribed. Nothing was sent. `broadsheet subscribers add` subscribes people.';
    return;
  }
  yield `Sent     ${formatDeliveries(deliveries)}`;
  if (kind === 'paused') {
    yield* describePause(preparation.pause, preparation.edition.id, id);
    return;
  }
  if (preparation.retryAt !== undefined) {
    yield `The others have to wait until ${formatDue(preparation.retryAt, timeZone)}. Run the command again then.`;
  }
  if (preparation.undecided > 0) yield describeUndecided(preparation, id);
  else if (preparation.retryAt === undefined) yield 'Everyone already got it. Nothing was sent.';
}

function* describePause(
  { by, reason }: EditionPause,
  edition: string,
  newsletter: string,
): Generator<string> {
  const cancel = `\`broadsheet editions cancel ${edition}\``;
  if (by === 'approval') {
    yield 'It waits for an editor to approve it. Nothing was sent.';
    yield `Approve it with \`broadsheet editions approve ${edition}\`, or cancel it with ${cancel}.`;
  } else {
    yield `It is paused: ${reason}. Nothing was sent.`;
    yield `Continue with \`broadsheet send ${newsletter} --resume\`, or cancel it with ${cancel}.`;
  }
}

/** The table of deliveries, who did not get the edition, and the stop reason. */
function* describeSend(
  report: SendReport,
  newsletter: NewsletterSettings,
  { terminal }: Shell,
): Generator<string> {
  yield `Sent     ${formatDeliveries(report.deliveries)}`;
  if (report.page) {
    const { file, url } = report.page;
    yield `Page     ${shortPath(file)}; deploy it if another server serves ${url}`;
  }
  yield* describeTroubles(report.edition.id, report);
  yield* describeBounced(report.bounced);
  if (report.undecided > 0) yield describeUndecided(report, newsletter.id);
  if (report.stopped) {
    const remedy = remedyFor(report.stopped, report.edition.id, newsletter);
    terminal.err(`${terminal.paintErr('red', 'stopped')}  ${report.stopped.message}; ${remedy}`);
  } else if (report.retryAt) {
    yield `Some have to wait until ${formatDue(report.retryAt, newsletter.timeZone)}. Run the command again then.`;
  }
}

function remedyFor(
  { because, retryAt }: Stopped,
  edition: string,
  { id, timeZone }: NewsletterSettings,
): string {
  const command = `broadsheet send ${id}`;
  switch (because) {
    case 'relay':
    case 'signal':
      return 'the remaining deliveries stay queued: run the command again to continue';
    case 'quota':
      return `the others stay queued: run the command again ${retryAt === undefined ? 'later' : `on ${formatDue(retryAt, timeZone)}`}, or use \`${command} --resume\` to try one message now`;
    case 'refusals':
      return `the edition waits: find out why, then continue with \`${command} --resume\``;
    case 'paused':
      return `see \`broadsheet editions show ${edition}\``;
    case 'stale':
      return `these deliveries are not sent; \`${command} --edition ${edition} --retry-failed\` sends them anyway`;
  }
}

function exitCodeOf({ deliveries, stopped, undecided }: SendReport): ExitCode {
  if (stopped?.because === 'relay') return EXIT.unavailable;
  const { queued, deferred, failed } = deliveries;
  const isOver = stopped === undefined || stopped.because === 'stale';
  if (!isOver || queued + deferred + undecided > 0) return EXIT.tryAgain;
  return failed > 0 ? EXIT.noUser : EXIT.ok;
}
