import type { Command } from 'commander';
import type { RestoreOptions, RestoreReport } from '../../delivery/bounces/restore-bounced.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { confirm } from '../confirm.ts';
import { plural } from '../format.ts';
import { withMail } from '../mail-context.ts';
import { parseAddresses } from '../parse-addresses.ts';
import type { Shell } from '../shell.ts';

export interface RestoreFlags {
  readonly bouncedBy?: string;
  readonly newsletter?: string;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** `subscribers restore [ADDRESS...]`. Exit code 65 if a named address is not restored. */
export async function restorePeople(
  texts: readonly string[],
  flags: RestoreFlags,
  command: Command,
  shell: Shell,
): Promise<void> {
  const whom = chooseWhom(texts, flags);
  const { terminal } = shell;
  await withMail(command, shell, { readOnly: flags.dryRun === true }, async (context) => {
    const { restoreBounced } = await import('../../delivery/bounces/restore-bounced.ts');
    const found = await restoreBounced(context, { ...whom, dryRun: true });
    const count = countRestored(found);
    if (!flags.dryRun && !flags.yes && count > 0) {
      context.log.close();
      const message = `Send mail again to ${plural(count, 'subscription')} that bounced?`;
      await confirm({ to: 'restore them', message, otherwise: 'nobody was restored' }, terminal);
    }
    const reports = flags.dryRun ? found : await restoreBounced(context, whom);
    if ('addresses' in whom && reports.some(({ result }) => result !== 'restored')) {
      shell.setExitCode(EXIT.data);
    }
    if (flags.json) terminal.out(JSON.stringify({ subscribers: reports }));
    else for (const line of describe(reports, flags)) terminal.out(line);
  });
}

function chooseWhom(
  texts: readonly string[],
  { bouncedBy, newsletter }: RestoreFlags,
): RestoreOptions {
  const of = newsletter === undefined ? {} : { newsletter };
  if ((texts.length === 0) === (bouncedBy === undefined)) {
    const fact = 'whose bounces are to be undone?';
    throw new BroadsheetError(
      EXIT.usage,
      `${fact} write addresses, or --bounced-by and an edition`,
    );
  }
  return bouncedBy === undefined
    ? { ...of, addresses: parseAddresses(texts) }
    : { ...of, bouncedBy };
}

function countRestored(reports: readonly RestoreReport[]): number {
  return reports.filter(({ result }) => result === 'restored').length;
}

function* describe(reports: readonly RestoreReport[], { dryRun }: RestoreFlags): Generator<string> {
  for (const { address, newsletter, result, because } of reports) {
    const who = newsletter === undefined ? address : `${address}  ${newsletter}`;
    if (result === 'restored') yield `${who}  ${dryRun ? 'would be' : 'is'} subscribed again`;
    else if (result === 'unknown') yield `${who}  is not known`;
    else if (because === 'active') yield `${who}  is subscribed`;
    else if (because === 'pending') yield `${who}  has not confirmed yet`;
    else
      yield `${who}  stays unsubscribed (${because}): only its owner can undo that, by signing up again`;
  }
  const count = plural(countRestored(reports), 'subscription');
  yield dryRun ? `Dry run: ${count} would be restored, nothing was changed.` : `${count} restored.`;
}
