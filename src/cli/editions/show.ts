import type { Command } from 'commander';
import type { PauseCause } from '../../database/states.ts';
import type { EditionSummary } from '../../delivery/editions/show-editions.ts';
import { formatCount, formatTable, formatTime } from '../format.ts';
import { withMail } from '../mail-context.ts';
import { formatDeliveries, formatFailure, printEdition, printTroubles } from '../print-edition.ts';
import type { Shell } from '../shell.ts';

/** `editions list`. */
export async function listThem(command: Command, shell: Shell): Promise<void> {
  const { terminal } = shell;
  const options = command.opts<{ newsletter?: string; json?: true }>();
  await withMail(command, shell, { readOnly: true }, async (context) => {
    const { listEditions } = await import('../../delivery/editions/show-editions.ts');
    const editions = await listEditions(context, options.newsletter);
    if (options.json) {
      terminal.out(JSON.stringify({ editions }));
      return;
    }
    if (editions.length === 0) terminal.out('No edition yet; `broadsheet compose` makes one.');
    const rows = editions.map((edition) => [
      edition.id,
      `${formatCount(edition.deliveries.accepted)}/${formatCount(edition.deliveries.planned)}`,
      standingOf(edition),
      edition.subject,
    ]);
    for (const line of formatTable([['edition', 'sent', '', 'subject'], ...rows])) {
      if (editions.length > 0) terminal.out(line);
    }
  });
}

const PAUSES: Record<PauseCause, string> = {
  editor: 'paused',
  refusals: 'paused',
  retraction: 'paused',
  relay: 'waits for its relay',
  approval: 'waits for approval',
};

/** The state of an edition, in a few words. */
function standingOf({ pause, cancelledAt, plannedAt, deliveries }: EditionSummary): string {
  if (cancelledAt !== undefined) return 'cancelled';
  // As in `status`: an edition that waits for a relay continues by itself.
  if (pause !== undefined) return PAUSES[pause.by];
  if (plannedAt === undefined) return 'not sent';
  return deliveries.queued + deliveries.deferred > 0 ? 'unfinished' : 'done';
}

/** `editions show ID`. */
export async function showOne(id: string, command: Command, shell: Shell): Promise<void> {
  const { terminal } = shell;
  const options = command.opts<{ failed?: true; json?: true }>();
  await withMail(command, shell, { readOnly: true }, async (context) => {
    const { showEdition } = await import('../../delivery/editions/show-editions.ts');
    const { printPostChanges } = await import('../print-post-changes.ts');
    const details = await showEdition(context, id);
    if (options.json) {
      terminal.out(JSON.stringify(details));
      return;
    }
    if (options.failed) {
      for (const failure of details.failures) terminal.out(formatFailure(failure));
      if (details.failures.length === 0) terminal.out('No delivery failed.');
      return;
    }
    const { edition, deliveries, pause, cancelledAt } = details;
    const { timeZone } = context.config.site;
    printEdition(edition, terminal);
    terminal.out(`Composed ${formatTime(edition.composedAt, timeZone)}`);
    if (details.plannedAt === undefined) {
      const isAsked = pause?.by === 'approval';
      const remedy = isAsked ? `editions approve ${id}` : 'send';
      terminal.out(
        `Sent     not yet; \`broadsheet ${remedy}\` ${isAsked ? 'lets it go' : 'sends it'}`,
      );
    } else
      terminal.out(
        `Sent     ${formatTime(details.plannedAt, timeZone)}: ${formatDeliveries(deliveries)}`,
      );
    if (pause) {
      const word = pause.by === 'relay' || pause.by === 'approval' ? 'Waits   ' : 'Paused  ';
      terminal.out(`${word} ${formatTime(pause.at, timeZone)}: ${pause.reason}`);
    }
    if (cancelledAt)
      terminal.out(`Ended    ${formatTime(cancelledAt, timeZone)}: it was cancelled`);
    context.log.close();
    printPostChanges(details.changes, terminal);
    printTroubles(id, details, terminal);
  });
}
