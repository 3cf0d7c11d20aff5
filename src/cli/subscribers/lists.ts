import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { BroadsheetError, EXIT, reasonOf } from '../../base/errors.ts';
import type { ImportReport } from '../../jobs/import-subscribers.ts';
import type { SubscriptionStatus } from '../../model/subscriber.ts';
import { formatCount, plural } from '../format.ts';
import { withMail } from '../mail-context.ts';
import type { Shell } from '../shell.ts';
import type { Terminal } from '../terminal.ts';
import type { NewsletterOptions } from './people.ts';

export interface ImportOptions extends NewsletterOptions {
  readonly dryRun?: true;
}

const STATUSES: readonly SubscriptionStatus[] = [
  'pending',
  'active',
  'unsubscribed',
  'bounced',
  'complained',
];

/** `subscribers import FILE`. Exit code 65 when lines were refused. */
export async function importPeople(
  file: string,
  options: ImportOptions,
  command: Command,
  shell: Shell,
): Promise<void> {
  const status = chooseStatus(options.status, ['active', 'pending'] as const);
  const bytes = await openInput(file);
  await withMail(command, shell, { readOnly: options.dryRun === true }, async (context) => {
    const { importSubscribers } = await import('../../jobs/import-subscribers.ts');
    const report = await importSubscribers(context, {
      ...(options.newsletter === undefined ? {} : { newsletter: options.newsletter }),
      ...(status === undefined ? {} : { status }),
      source: file,
      bytes,
      dryRun: options.dryRun === true,
    });
    context.log.close();
    if (report.refused.length > 0) shell.setExitCode(EXIT.data);
    if (options.json) shell.terminal.out(JSON.stringify(report));
    else printImport(file, report, options, shell.terminal);
  });
}

async function openInput(file: string): Promise<AsyncIterable<Uint8Array>> {
  if (file === '-') return process.stdin;
  const stream = createReadStream(file);
  // What cannot be read (a folder) opens all the same on some systems, and fails at the first byte.
  await new Promise<void>((opened, failed) =>
    stream.once('readable', () => opened()).once('error', failed),
  ).catch((cause: unknown) => {
    throw new BroadsheetError(
      EXIT.usage,
      `${file}  cannot be read: ${reasonOf(cause)}; name a CSV file or a list of addresses`,
      { cause },
    );
  });
  return stream;
}

function printImport(
  file: string,
  report: ImportReport,
  { dryRun }: ImportOptions,
  terminal: Terminal,
): void {
  for (const { line, reason } of report.refused) {
    terminal.err(`${terminal.paintErr('red', 'refused')}  ${file}:${line}  ${reason}`);
  }
  const { read, added, already, kept, ended, duplicates, refused } = report;
  terminal.out(
    [
      `${plural(read, 'line')} read: ${formatCount(added)} ${dryRun ? 'would be subscribed' : 'subscribed'}`,
      `${formatCount(already)} there already`,
      `${formatCount(kept)} kept away because they left earlier`,
      `${formatCount(ended)} ended`,
      `${formatCount(duplicates)} twice in the file`,
      `${formatCount(refused.length)} refused`,
    ].join(', '),
  );
  if (dryRun) terminal.out('Dry run: nothing was stored.');
}

/** `subscribers list`. */
export async function listPeople(
  options: NewsletterOptions,
  command: Command,
  shell: Shell,
): Promise<void> {
  const filter = filterOf(options);
  const { terminal } = shell;
  await withMail(command, shell, { readOnly: true }, async (context) => {
    const { listSubscribers } = await import('../../jobs/list-subscribers.ts');
    let count = 0;
    if (options.json) await terminal.write('{"subscribers":[');
    for await (const page of listSubscribers(context, filter)) {
      const lines = page.map((subscriber) => {
        count += 1;
        if (options.json) return `${count === 1 ? '' : ','}${JSON.stringify(subscriber)}`;
        const { address, status, newsletter, changedAt } = subscriber;
        return `${address.padEnd(40)}  ${status.padEnd(12)}  ${newsletter}  since ${changedAt.slice(0, 10)}\n`;
      });
      await terminal.write(lines.join(''));
    }
    if (options.json) terminal.out(']}');
    else
      terminal.err(
        count === 0
          ? 'Nobody yet; `broadsheet subscribers add` subscribes people.'
          : plural(count, 'subscriber'),
      );
  });
}

/** `subscribers export`: CSV, or with `--json` what `list --json` prints. */
export async function exportPeople(
  options: NewsletterOptions,
  command: Command,
  shell: Shell,
): Promise<void> {
  if (options.json) return listPeople(options, command, shell);
  await withMail(command, shell, { readOnly: true }, async (context) => {
    const { exportSubscribers } = await import('../../jobs/export-subscribers.ts');
    for await (const piece of exportSubscribers(context, filterOf(options)))
      await shell.terminal.write(piece);
  });
}

function filterOf({ newsletter, status }: NewsletterOptions) {
  const chosen = chooseStatus(status, STATUSES);
  return {
    ...(newsletter === undefined ? {} : { newsletter }),
    ...(chosen === undefined ? {} : { status: chosen }),
  };
}

function chooseStatus<T extends SubscriptionStatus>(
  text: string | undefined,
  allowed: readonly T[],
): T | undefined {
  const found = allowed.find((status) => status === text);
  if (found !== undefined || text === undefined) return found;
  throw new BroadsheetError(EXIT.usage, `--status "${text}" is none; write ${allowed.join(', ')}`);
}
