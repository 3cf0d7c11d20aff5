import type { SendReport, Stopped } from '../../delivery/run/send-report.ts';
import { EXIT, type ExitCode } from '../../kernel/errors.ts';
import type { PostNotes } from '../../posts/report-posts.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { formatDue, shortPath } from '../format.ts';
import {
  describeBounced,
  formatDeliveries,
  printEdition,
  printTroubles,
} from '../print-edition.ts';
import type { Shell } from '../shell.ts';
import { describeUndecided } from './report-preparation.ts';

/**
 * Prints the table of deliveries, who did not get the edition, and the stop reason. Sets the exit code.
 */
export function reportSend(
  report: SendReport,
  { posts, warnings, newsletter }: PostNotes & { readonly newsletter: NewsletterSettings },
  { json, yes }: { readonly json?: true; readonly yes?: true },
  { terminal, setExitCode }: Shell,
): void {
  setExitCode(exitCodeOf(report));
  if (json) {
    terminal.out(JSON.stringify({ ...report, messages: [], posts, warnings }));
    return;
  }
  if (yes) printEdition(report.edition, terminal);
  terminal.out(`Sent     ${formatDeliveries(report.deliveries)}`);
  if (report.page) {
    const { file, url } = report.page;
    terminal.out(`Page     ${shortPath(file)}; deploy it if another server has ${url}`);
  }
  printTroubles(report.edition.id, report, terminal);
  for (const line of describeBounced(report.bounced)) terminal.out(line);
  const command = `broadsheet send ${newsletter.id}`;
  if (report.undecided > 0) terminal.out(describeUndecided(report, command));
  if (report.stopped) {
    const remedy = remedyFor(report.stopped, report.edition.id, newsletter);
    terminal.err(`${terminal.paintErr('red', 'stopped')}  ${report.stopped.message}; ${remedy}`);
  } else if (report.retryAt) {
    terminal.out(
      `Some have to wait until ${formatDue(report.retryAt, newsletter.timeZone)}; run this again then.`,
    );
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
      return `who is not served yet stays queued: run the command again ${retryAt === undefined ? 'later' : `on ${formatDue(retryAt, timeZone)}`}, or \`${command} --resume\` to try one message at once`;
    case 'refusals':
      return `the edition waits: find out why, then continue with \`${command} --resume\``;
    case 'paused':
      return `see \`broadsheet editions show ${edition}\``;
    case 'stale':
      return `these deliveries are not sent; \`${command} --edition ${edition} --retry-failed\` sends it anyway`;
  }
}

function exitCodeOf({ deliveries, stopped, undecided }: SendReport): ExitCode {
  if (stopped?.because === 'relay') return EXIT.unavailable;
  const { queued, deferred, failed } = deliveries;
  const isOver = stopped === undefined || stopped.because === 'stale';
  if (!isOver || queued + deferred + undecided > 0) return EXIT.tryAgain;
  return failed > 0 ? EXIT.noUser : EXIT.ok;
}
