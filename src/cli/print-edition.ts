import type { StoryRole } from '../database/states.ts';
import type { DeliveryTable, Reply } from '../delivery/delivery.ts';
import type { FailedDelivery } from '../delivery/queries/deliveries.ts';
import type { ReportedEdition, SendReport } from '../delivery/run/send-report.ts';
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
export function printEdition(edition: ReportedEdition, terminal: Terminal): void {
  terminal.out(`Edition  ${terminal.paint('bold', edition.id)}`);
  terminal.out(`Subject  ${edition.subject}`);
  const shown = edition.posts.filter((post) => post.role !== undefined);
  for (const [at, { role, title }] of shown.entries()) {
    const name = role === undefined ? '' : ROLE_NAMES[role];
    terminal.out(`${String(at + 1).padStart(5)}. ${name.padEnd(8)}  ${title}`);
  }
  const others = edition.posts.length - shown.length;
  if (others > 0) terminal.out(`       and ${others} more that tell the same stories`);
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
  const amount = (name: keyof DeliveryTable, words: string = name) =>
    `${formatCount(table[name])} ${words}`;
  const parts = [
    amount('accepted'),
    amount('deferred'),
    amount('failed'),
    amount('suppressed'),
    amount('inDoubt', 'in doubt'),
    amount('queued'),
  ];
  return `${amount('planned')} = ${parts.join(' + ')}`;
}

/** More lines of one kind are printed only on request. */
const MOST_LINES = 20;

/**
 * Prints who did not get the edition and who may have got it twice, one a line; of many, only the first.
 */
export function printTroubles(
  id: string,
  { failures, inDoubt }: Pick<SendReport, 'failures' | 'inDoubt'>,
  terminal: Terminal,
): void {
  for (const failure of failures.slice(0, MOST_LINES)) terminal.out(formatFailure(failure));
  const more = failures.length - MOST_LINES;
  if (more > 0) {
    terminal.out(
      `         and ${formatCount(more)} more: \`broadsheet editions show ${id} --failed\``,
    );
  }
  for (const { address, messageId, doubts, state } of inDoubt) {
    const fate =
      state === 'inDoubt'
        ? `may have got it ${doubts > 1 ? `up to ${doubts} times, ` : ''}or not`
        : `may have got it ${doubts > 1 ? `${doubts + 1} times` : 'twice'} (now ${state})`;
    terminal.out(`In doubt ${address}: ${fate}, as ${messageId}`);
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
  const said = reply.code > 0 || reply.text !== '' ? formatReply(reply) : '';
  switch (cause) {
    case 'reply':
      return `Refused  ${address}: ${said}`;
    case 'stale':
      return `Too late ${address}${said === '' ? '' : `: deferred before (${said})`}`;
    case 'cancelled':
      return `Not sent ${address}: the edition was cancelled`;
  }
}

function formatReply({ code, enhancedCode, text }: Reply): string {
  return [code || undefined, enhancedCode, text].filter((part) => part !== undefined).join(' ');
}
