import type { TestReport } from '../../delivery/run/send-report.ts';
import { EXIT } from '../../kernel/errors.ts';
import type { PostNotes } from '../../posts/report-posts.ts';
import { printEdition } from '../print-edition.ts';
import type { Shell } from '../shell.ts';

/** The table of deliveries without a send. */
export const NO_DELIVERIES = {
  planned: 0,
  accepted: 0,
  deferred: 0,
  failed: 0,
  suppressed: 0,
  inDoubt: 0,
  queued: 0,
};

/** Prints the result of a test send. Exit code 69 if a message was not accepted. */
export function reportTest(
  report: TestReport,
  { posts, warnings }: PostNotes,
  { json }: { readonly json?: true },
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
