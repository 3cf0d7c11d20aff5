import type { Command } from 'commander';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import { plural } from '../format.ts';
import { type MailContext, withMail } from '../mail-context.ts';
import type { Shell } from '../shell.ts';
import type { Terminal } from '../terminal.ts';
import { chooseStatus, type NewsletterOptions, STATUSES } from './options.ts';

/** `subscribers list`. */
export async function listPeople(
  options: NewsletterOptions,
  command: Command,
  shell: Shell,
): Promise<void> {
  const filter = filterOf(options);
  const { terminal } = shell;
  await withMail(command, shell, { readOnly: true }, async (context) => {
    const { listSubscribers } = await import('../../subscribers/list-subscribers.ts');
    refuseUnknown(filter, context);
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
    await warnOfOthers(context, terminal);
    if (!options.json) {
      terminal.err(
        count === 0
          ? 'Nobody yet; `broadsheet subscribers add` subscribes people.'
          : plural(count, 'subscriber'),
      );
    }
  });
}

/** Warns about subscribers of newsletters that are not in the config: no list contains them. */
async function warnOfOthers(context: MailContext, terminal: Terminal): Promise<void> {
  const { findMissingNewsletters, warnOfMissing } = await import(
    '../../newsletters/missing-newsletters.ts'
  );
  const warning = terminal.paintErr('yellow', 'warning');
  for (const { message } of warnOfMissing(context.config, await findMissingNewsletters(context))) {
    terminal.err(`${warning}  ${message}`);
  }
}

/** `subscribers export`: CSV, or with `--json` the same output as `list --json`. */
export async function exportPeople(
  options: NewsletterOptions,
  command: Command,
  shell: Shell,
): Promise<void> {
  if (options.json) return listPeople(options, command, shell);
  await withMail(command, shell, { readOnly: true }, async (context) => {
    const { exportSubscribers } = await import('../../subscribers/export-subscribers.ts');
    const filter = filterOf(options);
    refuseUnknown(filter, context);
    for await (const piece of exportSubscribers(context, filter))
      await shell.terminal.writeData(piece);
  });
}

/**
 * Before anything is printed: half a list and then an error would be invalid JSON, and a broken CSV file.
 */
function refuseUnknown(
  { newsletter }: { readonly newsletter?: string },
  { config }: MailContext,
): void {
  if (newsletter !== undefined) findNewsletter(config, newsletter);
}

function filterOf({ newsletter, status }: NewsletterOptions) {
  const chosen = chooseStatus(status, STATUSES);
  return {
    ...(newsletter === undefined ? {} : { newsletter }),
    ...(chosen === undefined ? {} : { status: chosen }),
  };
}
