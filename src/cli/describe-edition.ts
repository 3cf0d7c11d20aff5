import type { StoryRole } from '../database/states.ts';
import type { DeliveryTable } from '../delivery/delivery.ts';
import type { FailedDelivery } from '../delivery/queries/deliveries.ts';
import type { Undecided } from '../delivery/queries/unfinished.ts';
import type { ReportedEdition, SendReport } from '../delivery/run/send-report.ts';
import { isTakenAway, type PostChange, type PostChangeKind } from '../editions/post-change.ts';
import type { NewsletterSettings } from '../settings/settings.ts';
import { formatCount, plural } from './format.ts';
import type { Terminal } from './terminal.ts';

const ROLE_NAMES: Record<StoryRole, string> = {
  lead: 'lead',
  story: 'story',
  headline: 'headline',
  web: 'web only',
};

/** The edition's id, subject and stories. */
export function* describeEdition(edition: ReportedEdition, terminal: Terminal): Generator<string> {
  yield `Edition  ${terminal.paint('bold', edition.id)}`;
  yield `Subject  ${edition.subject}`;
  let shown = 0;
  for (const { role, title } of edition.posts) {
    if (role === undefined) continue;
    shown += 1;
    yield `${String(shown).padStart(5)}. ${ROLE_NAMES[role].padEnd(8)}  ${title}`;
  }
  const others = edition.posts.length - shown;
  if (others > 0) yield `       and ${others} more that tell the same stories`;
}

/** Why there is no edition, without a full stop. */
export function describeNothingNew(newsletter: NewsletterSettings): string {
  const { id, lookbackDays, minimumStories, categories } = newsletter;
  const few = minimumStories > 1 ? `fewer than ${minimumStories} new stories` : 'no new story';
  const which = categories.length > 0 ? ` in ${categories.join(', ')}` : '';
  return `Nothing new for ${id}: ${few}${which} in the last ${plural(lookbackDays, 'day')}; no edition`;
}

/** The table of deliveries in one line. Both sides of it are equal. */
export function formatDeliveries(table: DeliveryTable): string {
  const parts = (
    ['accepted', 'deferred', 'failed', 'suppressed', 'inDoubt', 'queued'] as const
  ).map((name) => `${formatCount(table[name])} ${name === 'inDoubt' ? 'in doubt' : name}`);
  if (table.returned > 0) parts[0] += ` (of which ${formatCount(table.returned)} came back)`;
  return `${formatCount(table.planned)} planned = ${parts.join(' + ')}`;
}

/** More lines of one kind are printed only on request. */
const MOST_LINES = 20;

/** Who did not get the edition and who may have got it twice, one a line; of many, only the first. */
export function* describeTroubles(
  id: string,
  { failures, inDoubt }: Pick<SendReport, 'failures' | 'inDoubt'>,
): Generator<string> {
  for (const failure of failures.slice(0, MOST_LINES)) yield formatFailure(failure);
  const more = failures.length - MOST_LINES;
  if (more > 0) {
    yield `         and ${formatCount(more)} more: \`broadsheet editions show ${id} --failed\``;
  }
  for (const { address, messageId, doubts, state } of inDoubt) {
    const outcome =
      state === 'inDoubt'
        ? `may have got it ${doubts > 1 ? `up to ${doubts} times` : 'once'}, or not at all`
        : `may have got it ${doubts > 1 ? `${doubts + 1} times` : 'twice'} (now ${state})`;
    yield `In doubt ${address}: ${outcome}; its Message-ID is ${messageId}`;
  }
}

/** Whose subscriptions ended, one a line; of many, only the first. */
export function* describeBounced(addresses: readonly string[]): Generator<string> {
  for (const address of addresses.slice(0, MOST_LINES)) {
    yield `Bounced  ${address}: gets no more editions`;
  }
  const more = addresses.length - MOST_LINES;
  if (more > 0) {
    yield `         and ${formatCount(more)} more: \`broadsheet subscribers list --status bounced\``;
  }
}

/** Formats who did not get an edition, and why. */
export function formatFailure({ address, cause, reply }: FailedDelivery): string {
  const { code, enhancedCode, text } = reply;
  const hasReply = code > 0 || text !== '';
  const said = [code || undefined, enhancedCode, text]
    .filter((part) => part !== undefined)
    .join(' ');
  switch (cause) {
    case 'reply':
      return `Refused  ${address}: ${hasReply ? said : ''}`;
    case 'stale':
      return `Too late ${address}${hasReply ? `: deferred before (${said})` : ''}`;
    case 'cancelled':
      return `Not sent ${address}: the edition was cancelled`;
  }
}

/** What to do about messages in doubt that are not sent again automatically. */
export function describeUndecided(
  { undecided, doubtedAgain }: Undecided,
  newsletter: string,
): string {
  const command = `broadsheet send ${newsletter}`;
  const what = plural(undecided, 'message is', 'messages are');
  const which = doubtedAgain === undecided ? '' : ` ${formatCount(doubtedAgain)} of them`;
  const again = doubtedAgain > 0 ? `,${which} not for the first time, and you have to decide` : '';
  return `${what} in doubt${again}: \`${command} --in-doubt resend\` sends them once more, --in-doubt skip does not.`;
}

const CHANGES: Readonly<Record<PostChangeKind, string>> = {
  changed: 'was changed',
  retitled: 'has a new title',
  moved: 'has a new address',
  gone: 'was deleted',
  draft: 'is a draft now',
  future: 'is dated in the future now',
  withdrawn: 'is hidden now, or has expired',
  broken: 'has an error, and is left out of the feeds',
};

/** Prints the changes to an edition's posts after it was composed, to standard error. */
export function printPostChanges(changes: readonly PostChange[], terminal: Terminal): void {
  for (const change of changes) {
    const isAway = isTakenAway(change);
    const label = terminal.paintErr(isAway ? 'red' : 'yellow', isAway ? 'removed' : 'changed');
    const since = 'since the edition was composed';
    terminal.err(`${label}  ${change.file}  "${change.title}" ${CHANGES[change.kind]} ${since}`);
  }
}
