import type { Command } from 'commander';
import type { PauseCause } from '../../database/states.ts';
import { formatTable } from '../../kernel/format-table.ts';
import type { EditionStatus, RelayStatus, StatusReport } from '../../service/report-status.ts';
import { JSON_OPTION } from '../arguments.ts';
import { withMail } from '../context.ts';
import { describeUndecided, formatDeliveries } from '../describe-edition.ts';
import { formatReturned } from '../describe-returned.ts';
import { formatCount, formatDue, formatDuration, formatTime, plural } from '../format.ts';
import type { Shell } from '../shell.ts';
import type { Terminal } from '../terminal.ts';

const EXAMPLES = `
Examples:
  $ broadsheet status
  $ watch broadsheet status           while an edition is sent
  $ broadsheet status --json          for a script
`;

/** `broadsheet status`: the state of everything. Changes nothing. */
export function addStatus(program: Command, shell: Shell): void {
  program
    .command('status [newsletter]')
    .description('show the state of editions, relays and domains')
    .option(...JSON_OPTION)
    .addHelpText('after', EXAMPLES)
    .action((newsletter: string | undefined, _options, command: Command) =>
      withMail(command, shell, { readOnly: true }, async (context) => {
        const { reportStatus } = await import('../../service/report-status.ts');
        const report = await reportStatus(context, newsletter);
        const { timeZone } = context.config.site;
        context.print(report, () => describeStatus(report, timeZone, shell.terminal));
      }),
    );
}

/** The state of everything, for people. */
function* describeStatus(
  report: StatusReport,
  timeZone: string,
  terminal: Terminal,
): Generator<string> {
  if (report.hold !== undefined) {
    const held = terminal.paint(['bold', 'red'], 'on hold');
    yield `${held}  this database ${report.hold.because}; it sends nothing.`;
    yield '      `broadsheet send` explains the risk, `broadsheet database adopt` ends the hold.';
  }
  if (report.olderThan !== undefined) {
    const older = terminal.paint(['bold', 'red'], 'older');
    yield `${older} this database is older than its journal ${report.olderThan}: people who left`;
    yield '      later, and editions that were sent later, are not in the numbers below. The next';
    yield '      command that changes something, such as `broadsheet send`, reads the journal.';
  }
  for (const { id, active, paused } of report.newsletters) {
    const others = paused === 0 ? '' : `, ${formatCount(paused)} paused`;
    yield `${terminal.paint('bold', id)}  ${plural(active, 'active subscriber')}${others}`;
    const editions = report.editions.filter(({ newsletter }) => newsletter === id);
    if (editions.length === 0) yield '  no edition yet; `broadsheet send` makes one';
    for (const edition of editions) yield* describeEditionStatus(edition, timeZone);
  }
  for (const { newsletter, active, pending } of report.missing) {
    const who = plural(active + pending, 'subscriber');
    yield `${terminal.paint('bold', newsletter)}  is not in the config, and has ${who}:`;
    yield `  add it again, or run \`broadsheet newsletters rename ${newsletter} NEW\``;
  }
  const returned = formatReturned(report.returned);
  if (returned !== '') yield `Came back in the last 30 days: ${returned}`;
  yield '';
  yield* formatTable([
    ['relay', 'last hour', 'last 24 hours', ''],
    ...report.relays.map((relay) => relayRow(relay, timeZone)),
  ]);
  const { waiting, failed } = report.hooks;
  if (waiting + failed === 0) return;
  yield '';
  yield `hooks  ${plural(waiting, 'event')} waiting, ${formatCount(failed)} given up in the last 30 days`;
}

const STATES: Record<EditionStatus['state'], string> = {
  sending: 'is being sent',
  unfinished: 'waits for `broadsheet send`',
  notSent: 'is composed and not sent',
  paused: 'is paused',
  cancelled: 'was cancelled',
  done: 'is done',
};

const WAITS: Partial<Record<PauseCause, string>> = {
  relay: 'waits for its relay',
  approval: 'waits for an editor to approve it',
};

function* describeEditionStatus(edition: EditionStatus, timeZone: string): Generator<string> {
  const waits = edition.pause && WAITS[edition.pause.by];
  yield `  ${edition.id}  ${waits ?? STATES[edition.state]}`;
  yield `    ${formatDeliveries(edition.deliveries)}`;
  for (const line of notesOf(edition, timeZone)) yield `    ${line}`;
  const rows = edition.domains.map((domain) => [
    domain.domain,
    domain.accepted,
    domain.queued + domain.deferred,
    domain.failed,
    domain.perHour === undefined
      ? ''
      : `slowed to ${formatCount(domain.perHour)} an hour: ${domain.reply ?? ''}`,
  ]);
  if (rows.length === 0) return;
  for (const line of formatTable([['domain', 'accepted', 'waiting', 'failed', ''], ...rows])) {
    yield `    ${line}`;
  }
}

function* notesOf(edition: EditionStatus, timeZone: string): Generator<string> {
  const { pause, perSecond, secondsLeft, retryAt, senders } = edition;
  if (pause) {
    const again = pause.by === 'relay' ? '; the next `broadsheet send` tries again' : '';
    const since = WAITS[pause.by] === undefined ? 'paused' : 'since';
    yield `${since} ${formatTime(pause.at, timeZone)}: ${pause.reason}${again}`;
  }
  if (perSecond !== undefined && secondsLeft !== undefined) {
    const rate = perSecond < 10 ? perSecond.toFixed(1) : formatCount(Math.round(perSecond));
    yield `${rate} a second, about ${formatDuration(secondsLeft)} left`;
  }
  for (const { host, pid } of senders)
    yield `sent by process ${pid}${host === '' ? '' : ` on ${host}`}`;
  if (retryAt) yield `the first deferred message is due ${formatDue(retryAt, timeZone)}`;
  if (edition.undecided > 0) yield describeUndecided(edition, edition.newsletter);
}

function relayRow(relay: RelayStatus, timeZone: string): readonly (string | number)[] {
  const { id, provider, inHour, inDay, perHour, perDay, trouble, rest, limits } = relay;
  const of = (count: number, most: number | undefined) =>
    most === undefined ? formatCount(count) : `${formatCount(count)} of ${formatCount(most)}`;
  const notes = [
    rest && `not used until ${formatDue(rest.until, timeZone)}: ${rest.reason}`,
    // Otherwise the reason above says more.
    rest === undefined && trouble && `${trouble.text} (${formatTime(trouble.at, timeZone)})`,
    limits && describeLimits(limits),
  ];
  const name = provider === undefined ? id : `${id} (${provider})`;
  return [name, of(inHour, perHour), of(inDay, perDay), notes.filter(Boolean).join('; ')];
}

/** The limits that a relay asked for, as a phrase. */
function describeLimits({
  messagesPerHour,
  connections,
  messagesPerConnection,
}: NonNullable<RelayStatus['limits']>): string {
  const parts = [
    messagesPerHour !== undefined && `${formatCount(messagesPerHour)} an hour`,
    connections !== undefined && plural(connections, 'connection'),
    messagesPerConnection !== undefined &&
      `${plural(messagesPerConnection, 'message')} a connection`,
  ];
  return `takes ${parts.filter((part) => part !== false).join(', ')}`;
}
