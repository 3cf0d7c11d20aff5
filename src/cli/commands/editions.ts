import type { Command } from 'commander';
import type { PauseCause } from '../../database/states.ts';
import type { ManagedEdition } from '../../delivery/editions/manage-edition.ts';
import type { EditionDetails, EditionSummary } from '../../delivery/editions/show-editions.ts';
import { formatFinding } from '../../delivery/gate/finding.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { formatTable } from '../../kernel/format-table.ts';
import { JSON_OPTION, YES_OPTION } from '../arguments.ts';
import { type MailContext, withMail } from '../context.ts';
import {
  describeEdition,
  describeTroubles,
  formatDeliveries,
  formatFailure,
  printPostChanges,
} from '../describe-edition.ts';
import { formatCount, formatTime, plural } from '../format.ts';
import type { Shell } from '../shell.ts';

const EXAMPLES = `
Examples:
  $ broadsheet editions list
  $ broadsheet editions show politics-essential-2026-03-20 --failed
  $ broadsheet editions pause politics-essential-2026-03-20 --reason "a wrong name in the lead"
  $ broadsheet editions resume politics-essential-2026-03-20
  $ broadsheet editions approve politics-essential-2026-03-20
  $ broadsheet editions cancel politics-essential-2026-03-20 --yes
`;

/** `broadsheet editions list | show | approve | pause | resume | cancel`. */
export function addEditions(program: Command, shell: Shell): void {
  const editions = program
    .command('editions')
    .description('list and manage editions')
    .addHelpText('after', EXAMPLES);
  const command = (name: string, description: string) =>
    editions
      .command(name)
      .description(description)
      .option(...JSON_OPTION);
  command('list', 'list all editions, newest first')
    .option('--newsletter <id>', 'only those of this newsletter')
    .action(({ newsletter }: { newsletter?: string }, self: Command) =>
      withMail(self, shell, { readOnly: true }, async (context) => {
        const { listEditions } = await import('../../delivery/editions/show-editions.ts');
        const list = await listEditions(context, newsletter);
        context.print({ editions: list }, () => describeList(list));
      }),
    );
  command('show <id>', 'show one edition: stories, deliveries, and who did not get it')
    .option('--failed', 'list everyone who did not get it, with the reply of the relay')
    .action((id: string, { failed }: { failed?: true }, self: Command) =>
      withMail(self, shell, { readOnly: true }, async (context) => {
        const { showEdition } = await import('../../delivery/editions/show-editions.ts');
        const details = await showEdition(context, id);
        context.print(details, function* () {
          if (!failed) yield* describeDetails(details, context);
          else if (details.failures.length === 0) yield 'No delivery failed.';
          else yield* details.failures.map(formatFailure);
        });
      }),
    );
  command('approve <id>', 'approve an edition that waits for approval')
    .option('--as-composed', 'even if some of its posts were removed after it was composed')
    .option('--force', 'even if it does not pass the gate')
    .action((id: string, options: ApproveOptions, self: Command) =>
      withMail(self, shell, { readOnly: false }, (context) => approve(id, options, context)),
    );
  command('pause <id>', 'pause an edition; a running send stops')
    .option('--reason <text>', 'a note that is stored with it')
    .action((id: string, { reason }: { reason?: string }, self: Command) =>
      withMail(self, shell, { readOnly: false }, async (context) => {
        const { pauseEditionById } = await import('../../delivery/editions/manage-edition.ts');
        const managed = await pauseEditionById(context, id, reason);
        const line = `${id} is paused; \`broadsheet editions resume ${id}\` continues it.`;
        printManaged(managed, line, context);
      }),
    );
  command('resume <id>', 'let the next send continue a paused edition').action(
    (id: string, _options, self: Command) =>
      withMail(self, shell, { readOnly: false }, async (context) => {
        const { resumeEditionById } = await import('../../delivery/editions/manage-edition.ts');
        const managed = await resumeEditionById(context, id);
        const line = `${id} continues with the next \`broadsheet send ${managed.newsletter}\`.`;
        printManaged(managed, line, context);
      }),
  );
  command('cancel <id>', 'cancel an edition permanently: nobody else gets it')
    .option(...YES_OPTION)
    .action((id: string, _options, self: Command) =>
      withMail(self, shell, { readOnly: false }, async (context) => {
        const { cancelEditionById } = await import('../../delivery/editions/manage-edition.ts');
        const message = `Cancel ${id}? This cannot be undone.`;
        await context.confirm({ to: 'cancel it', message, otherwise: 'nothing was changed' });
        const managed = await cancelEditionById(context, id);
        const who = plural(managed.givenUp, 'subscriber does', 'subscribers do');
        printManaged(managed, `${id} is cancelled: ${who} not get it.`, context);
      }),
    );
}

function* describeList(editions: readonly EditionSummary[]): Generator<string> {
  if (editions.length === 0) {
    yield 'No edition yet; `broadsheet compose` makes one.';
    return;
  }
  const rows = editions.map((edition) => [
    edition.id,
    `${formatCount(edition.deliveries.accepted)}/${formatCount(edition.deliveries.planned)}`,
    stateOf(edition),
    edition.subject,
  ]);
  yield* formatTable([['edition', 'sent', '', 'subject'], ...rows]);
}

const PAUSES: Record<PauseCause, string> = {
  editor: 'paused',
  refusals: 'paused',
  retraction: 'paused',
  relay: 'waits for its relay',
  approval: 'waits for approval',
};

/** The state of an edition, in a few words. */
function stateOf({ pause, cancelledAt, plannedAt, deliveries }: EditionSummary): string {
  if (cancelledAt !== undefined) return 'cancelled';
  // As in `status`: an edition that waits for a relay continues by itself.
  if (pause !== undefined) return PAUSES[pause.by];
  if (plannedAt === undefined) return 'not sent';
  return deliveries.queued + deliveries.deferred > 0 ? 'unfinished' : 'done';
}

function* describeDetails(
  details: EditionDetails,
  { config, terminal }: MailContext,
): Generator<string> {
  const { edition, deliveries, plannedAt, pause, cancelledAt } = details;
  const time = (instant: string) => formatTime(instant, config.site.timeZone);
  yield* describeEdition(edition, terminal);
  yield `Composed ${time(edition.composedAt)}`;
  if (plannedAt !== undefined) yield `Sent     ${time(plannedAt)}: ${formatDeliveries(deliveries)}`;
  else if (pause?.by === 'approval') {
    yield `Sent     not yet; \`broadsheet editions approve ${edition.id}\` approves it`;
  } else yield 'Sent     not yet; `broadsheet send` sends it';
  if (pause) {
    const word = pause.by === 'relay' || pause.by === 'approval' ? 'Waits   ' : 'Paused  ';
    yield `${word} ${time(pause.at)}: ${pause.reason}`;
  }
  if (cancelledAt) yield `Ended    ${time(cancelledAt)}: it was cancelled`;
  printPostChanges(details.changes, terminal);
  yield* describeTroubles(edition.id, details);
}

interface ApproveOptions {
  readonly asComposed?: true;
  readonly force?: true;
}

async function approve(id: string, options: ApproveOptions, context: MailContext): Promise<void> {
  const { approveEdition } = await import('../../schedule/approve-edition.ts');
  const { edition, kind, retracted, failing } = await approveEdition(context, id, options);
  const { planned, approvedAt } = edition;
  const send = `broadsheet send ${edition.edition.newsletter}`;
  if (retracted !== undefined) {
    const remedy = `\`${send} --edition ${id} --recompose\` composes it again, --as-composed here approves it anyway`;
    throw new BroadsheetError(EXIT.tryAgain, `${id}  ${retracted}; ${remedy}`);
  }
  if (failing !== undefined) {
    const remedy = `correct it and compose it again with \`${send} --edition ${id} --recompose\`, or approve it anyway with --force`;
    const lines = [`${id}  does not pass the gate; ${remedy}`, ...failing.map(formatFinding)];
    throw new BroadsheetError(EXIT.data, lines.join('\n'));
  }
  context.print({ edition: id, approval: kind, planned, approvedAt }, function* () {
    if (kind === 'approved') {
      yield `${id} is approved, for ${plural(planned, 'subscriber')}.`;
      yield `The service sends it within a minute. Without the service, run \`${send}\`.`;
    } else {
      yield `${id} does not wait for an approval; \`broadsheet editions show ${id}\` shows its state.`;
    }
  });
}

function printManaged(managed: ManagedEdition, line: string, context: MailContext): void {
  context.print(managed, () => [line, `Sent     ${formatDeliveries(managed.deliveries)}`]);
}
