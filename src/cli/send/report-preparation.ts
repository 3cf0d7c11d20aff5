import type { Undecided } from '../../delivery/queries/unfinished.ts';
import { reportEdition, type SendPreparation } from '../../delivery/run/send-report.ts';
import type { EditionPause } from '../../editions/edition.ts';
import type { PostChange } from '../../editions/post-change.ts';
import { EXIT } from '../../kernel/errors.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { formatCount, formatDue, plural } from '../format.ts';
import { describeNothingNew, formatDeliveries, printEdition } from '../print-edition.ts';
import type { Shell } from '../shell.ts';
import type { Terminal } from '../terminal.ts';
import { NO_DELIVERIES } from './report-test.ts';

/** Prints what would be sent, or why nothing is. Exit code 75 if something waits. */
export function reportPreparation(
  preparation: SendPreparation,
  {
    newsletter,
    changes = [],
  }: { readonly newsletter: NewsletterSettings; readonly changes?: readonly PostChange[] },
  { json }: { readonly json?: true },
  { terminal, setExitCode }: Shell,
): void {
  if (isWaiting(preparation)) setExitCode(EXIT.tryAgain);
  if (json) {
    const { posts, warnings } = preparation;
    const edition = preparation.kind === 'nothingNew' ? null : reportEdition(preparation.edition);
    const recipients = preparation.kind === 'ready' ? preparation.recipients : 0;
    const deliveries = preparation.kind === 'nothingNew' ? NO_DELIVERIES : preparation.deliveries;
    const pause = preparation.kind === 'paused' ? { paused: preparation.pause } : {};
    terminal.out(
      JSON.stringify({
        ...{ edition, recipients, deliveries, ...pause, messages: [], posts, warnings },
        changes,
      }),
    );
    return;
  }
  for (const line of describePreparation(preparation, newsletter, terminal)) terminal.out(line);
}

function isWaiting(preparation: SendPreparation): boolean {
  if (preparation.kind === 'paused') return true;
  if (preparation.kind !== 'nobody') return false;
  return preparation.retryAt !== undefined || preparation.undecided > 0;
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
  const { edition, deliveries } = preparation;
  const command = `broadsheet send ${newsletter.id}`;
  printEdition(edition, terminal);
  if (preparation.kind === 'ready') {
    const recipients = plural(preparation.recipients, 'subscriber');
    yield `Dry run: this would go to ${recipients}. Nothing was stored or sent.`;
  } else if (preparation.kind === 'paused') {
    yield `Sent     ${formatDeliveries(deliveries)}`;
    yield* describePause(preparation.pause, edition.id, command);
  } else if (preparation.retryAt !== undefined) {
    yield `Sent     ${formatDeliveries(deliveries)}`;
    yield `The others have to wait until ${formatDue(preparation.retryAt, newsletter.timeZone)}; run this again then.`;
    if (preparation.undecided > 0) yield describeUndecided(preparation, command);
  } else if (preparation.undecided > 0) {
    yield `Sent     ${formatDeliveries(deliveries)}`;
    yield describeUndecided(preparation, command);
  } else if (deliveries.planned === 0) {
    yield 'Nobody is subscribed: nothing sent. `broadsheet subscribers add` subscribes people.';
  } else {
    yield `Sent     ${formatDeliveries(deliveries)}`;
    yield 'Everyone was served before: nothing sent.';
  }
}

function* describePause(
  { by, reason }: EditionPause,
  id: string,
  command: string,
): Generator<string> {
  const cancel = `\`broadsheet editions cancel ${id}\``;
  if (by === 'approval') {
    yield 'It waits for an editor to approve it. Nothing sent.';
    yield `Approve it with \`broadsheet editions approve ${id}\`, or cancel it with ${cancel}.`;
  } else {
    yield `It is paused: ${reason}. Nothing sent.`;
    yield `Go on with \`${command} --resume\`, or cancel it with ${cancel}.`;
  }
}

/** What to do about messages in doubt that are not sent again automatically. */
export function describeUndecided({ undecided, doubtedAgain }: Undecided, command: string): string {
  const what = plural(undecided, 'message is', 'messages are');
  const which = doubtedAgain === undecided ? '' : ` ${formatCount(doubtedAgain)} of them`;
  const again =
    doubtedAgain > 0 ? `,${which} not for the first time, and waiting for your word` : '';
  return `${what} in doubt${again}: \`${command} --in-doubt resend\` sends them once more, --in-doubt skip does not.`;
}
