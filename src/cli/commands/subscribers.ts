import type { Command } from 'commander';
import type { SubscriptionEventKind, SubscriptionStatus } from '../../database/states.ts';
import type { RestoreReport } from '../../delivery/bounces/restore-bounced.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { formatTable } from '../../kernel/format-table.ts';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import type { AddReport } from '../../subscribers/add-subscriber.ts';
import type { EraseReport } from '../../subscribers/erase-subscriber.ts';
import type { RemoveReport } from '../../subscribers/remove-subscriber.ts';
import { chooseStatus, JSON_OPTION, NOW_OPTION, parseAddresses, YES_OPTION } from '../arguments.ts';
import { type MailContext, withMail } from '../context.ts';
import { plural } from '../format.ts';
import { warn } from '../print-problems.ts';
import type { Shell } from '../shell.ts';
import type { ImportOptions } from './subscribers-import.ts';

const EXAMPLES = `
Examples:
  $ broadsheet subscribers add ada@example.org --name "Ada Lovelace"
  $ broadsheet subscribers import people.csv --dry-run
  $ broadsheet subscribers list --status active
  $ broadsheet subscribers export > people.csv
  $ broadsheet subscribers remove ada@example.org
  $ broadsheet subscribers restore --bounced-by politics-essential-2026-03-20 --dry-run
  $ broadsheet subscribers show ada@example.org --json     everything about one person
  $ broadsheet subscribers erase ada@example.org

import reads exports of Mailchimp, Ghost, Substack, Klaviyo, Brevo and many others without changes, any
CSV file with a column of addresses, and a list of addresses. It imports the whole file or nothing.
If a column may say who left or never agreed, and Broadsheet does not understand it, the import stops. Say what
it means: --column "Mailing ok=consent" (status, subscribed, consent, confirmed, unsubscribed, bounced,
complained, ...), or ignore it: --ignore-column "Mailing ok".
You can omit --newsletter if the config has only one.
`;

interface Options {
  readonly newsletter?: string;
  readonly name?: string;
  readonly status?: string;
  readonly bouncedBy?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

/** Begins a subcommand with the options that most of them have. */
type NewCommand = (name: string, description: string) => Command;

/** `broadsheet subscribers add | import | export | list | show | remove | restore | erase`. */
export function addSubscribers(program: Command, shell: Shell): void {
  const group = program
    .command('subscribers')
    .description('list and manage subscribers')
    .addHelpText('after', EXAMPLES);
  const command: NewCommand = (name, description) =>
    group
      .command(name)
      .description(description)
      .option('--newsletter <id>', 'of this newsletter')
      .option(...JSON_OPTION);
  addAdd(command, shell);
  addImport(command, shell);
  addExportAndList(command, shell);
  addShow(command, shell);
  addRemove(command, shell);
  addRestore(command, shell);
  addErase(group, shell);
}

/** Exit code 65 if an address belongs to someone who left. */
function addAdd(command: NewCommand, shell: Shell): void {
  command('add <address...>', 'subscribe people who asked for it')
    .option('--name <name>', 'name of the person; for one address only')
    .option(...NOW_OPTION)
    .action((texts: string[], { newsletter, name }: Options, self: Command) => {
      const addresses = parseAddresses(texts);
      if (name !== undefined && addresses.length > 1) {
        const remedy = 'add the others one by one';
        throw new BroadsheetError(EXIT.usage, `--name is for one address; ${remedy}`);
      }
      return withMail(self, shell, { readOnly: false }, async (context) => {
        const { addSubscriber } = await import('../../subscribers/add-subscriber.ts');
        const reports: AddReport[] = [];
        for (const address of addresses) {
          reports.push(await addSubscriber(context, { newsletter, name, address }));
        }
        if (reports.some(({ result }) => result === 'refused')) shell.setExitCode(EXIT.data);
        context.print({ subscribers: reports }, () => reports.map(describeAddition));
      });
    });
}

function describeAddition(report: AddReport): string {
  switch (report.result) {
    case 'added':
      return `${report.subscriber.address}  subscribed`;
    case 'already':
      return `${report.subscriber.address}  is already there (${report.subscriber.status})`;
    case 'refused':
      return `${report.address}  ${staysUnsubscribed(`${report.status} since ${report.since.slice(0, 10)}`)}`;
  }
}

function staysUnsubscribed(why: string): string {
  return `stays unsubscribed (${why}): only this person can undo that, by signing up again`;
}

function addImport(command: NewCommand, shell: Shell): void {
  const collect = (value: string, before: readonly string[] = []) => [...before, value];
  command(
    'import <file>',
    'subscribe everyone in a CSV file or a list of addresses (- is standard input)',
  )
    .option(
      '--status <status>',
      'the highest status that people get: active (default), pending (they are asked to confirm), unsubscribed, bounced or complained',
    )
    .option('--column <name=meaning>', 'what a column means; can be repeated', collect)
    .option('--ignore-column <name>', 'ignore a column; can be repeated', collect)
    .option('--value <word=status>', 'what an unknown word means; can be repeated', collect)
    .option('--dry-run', 'read and count; store nothing')
    .option('--skip-refused', 'import the other lines even if some are refused')
    .option(...NOW_OPTION)
    .action(async (file: string, options: ImportOptions, self: Command) => {
      const { importFile } = await import('./subscribers-import.ts');
      return importFile(file, options, self, shell);
    });
}

/** `export --json` prints the same as `list --json`. */
function addExportAndList(command: NewCommand, shell: Shell): void {
  const print = (isCsv: boolean) => (options: Options, self: Command) => {
    const { newsletter, json } = options;
    const filter = { newsletter, status: chooseStatus(options.status) };
    return withMail(self, shell, { readOnly: true }, async (context) => {
      // Before anything is printed: half a list and then an error would be invalid JSON or CSV.
      if (newsletter !== undefined) findNewsletter(context.config, newsletter);
      if (!isCsv || json) return printList(context, filter, json);
      const { exportSubscribers } = await import('../../subscribers/export-subscribers.ts');
      for await (const piece of exportSubscribers(context, filter)) {
        await shell.terminal.writeData(piece);
      }
    });
  };
  command('export', 'print all subscribers as CSV')
    .option('--status <status>', 'only those with this status')
    .action(print(true));
  command('list', 'list subscribers by address')
    .option('--status <status>', 'only those with this status')
    .action(print(false));
}

/** Prints page by page, because there may be many. */
async function printList(
  context: MailContext,
  filter: { readonly newsletter?: string; readonly status?: SubscriptionStatus },
  json: true | undefined,
): Promise<void> {
  const { listSubscribers } = await import('../../subscribers/list-subscribers.ts');
  const { findMissingNewsletters, warnOfMissing } = await import(
    '../../newsletters/missing-newsletters.ts'
  );
  const { config, terminal } = context;
  let count = 0;
  if (json) await terminal.write('{"subscribers":[');
  for await (const page of listSubscribers(context, filter)) {
    const lines = page.map((subscriber) => {
      count += 1;
      if (json) return `${count === 1 ? '' : ','}${JSON.stringify(subscriber)}`;
      const { address, status, newsletter, changedAt } = subscriber;
      return `${address.padEnd(40)}  ${status.padEnd(12)}  ${newsletter}  since ${changedAt.slice(0, 10)}\n`;
    });
    await terminal.write(lines.join(''));
  }
  if (json) terminal.out(']}');
  // Subscribers of newsletters that are not in the config are in no list.
  for (const { message } of warnOfMissing(config, await findMissingNewsletters(context))) {
    warn(message, terminal);
  }
  if (json) return;
  const nobody = 'Nobody yet; `broadsheet subscribers add` subscribes people.';
  terminal.err(count === 0 ? nobody : plural(count, 'subscriber'));
}

/** Exit code 65 if the address is unknown. */
function addShow(command: NewCommand, shell: Shell): void {
  command('show <address>', 'show everything about one address').action(
    (text: string, { newsletter }: Options, self: Command) => {
      const [address] = parseAddresses([text]);
      return withMail(self, shell, { readOnly: true }, (context) =>
        show({ address, newsletter }, context),
      );
    },
  );
}

async function show(
  whom: { readonly address: EmailAddress; readonly newsletter?: string },
  context: MailContext,
): Promise<void> {
  const { showErasures, showSignUps, showSubscriber } = await import(
    '../../site/show-subscriber.ts'
  );
  const { address } = whom;
  const subscriptions = await showSubscriber(context, whom);
  const signUps = await showSignUps(context, address);
  const erasures = await showErasures(context, address);
  const isKnown = subscriptions.length + signUps.length > 0;
  if (!isKnown) context.setExitCode(EXIT.data);
  context.print({ address, subscriptions, signUps, erasures }, function* () {
    if (!isKnown) yield `${address}  is not known`;
    for (const { newsletter, at, source } of erasures) {
      yield `${address}  was erased from ${newsletter} by ${source}, ${at}`;
    }
    for (const { newsletters, source, at, expiresAt } of signUps) {
      yield `${address}  signed up for ${newsletters.join(', ')} by ${source}, ${at}; has to be confirmed by ${expiresAt}`;
    }
    for (const { subscriber, history, deliveries } of subscriptions) {
      const { status, changedAt, consent, name } = subscriber;
      const { source, at: agreedAt, confirmedAt, text } = consent;
      yield `${subscriber.address}${name === undefined ? '' : ` (${name})`}`;
      yield `  ${subscriber.newsletter}: ${status} since ${changedAt}`;
      const confirmed = confirmedAt === undefined ? '' : `, confirmed ${confirmedAt}`;
      yield `  consent: ${source}, ${agreedAt}${confirmed}`;
      if (text !== undefined) yield `  agreed to the words: ${text}`;
      yield* formatTable(
        history.map(({ at, kind, source: by }) => [`  ${at}`, KINDS[kind], `by ${by}`]),
      );
      for (const { edition, state, at, reply } of deliveries) {
        yield `  ${edition}: ${state} ${at}${reply ? ` (${reply.code} ${reply.text})` : ''}`;
      }
    }
  });
}

const KINDS: Record<SubscriptionEventKind, string> = {
  signedUp: 'signed up',
  joined: 'joined',
  confirmed: 'confirmed',
  left: 'left',
  undone: 'came back',
  bounced: 'bounced',
  complained: 'complained',
  restored: 'restored',
  moved: 'changed the address',
  merged: 'merged with another',
  asked: 'was asked whether they still read it',
  paused: 'paused',
  resumed: 'resumed',
  lapsed: 'never confirmed',
  erased: 'erased',
};

/** Exit code 65 if an address is unknown. */
function addRemove(command: NewCommand, shell: Shell): void {
  command('remove <address...>', 'unsubscribe people; a later import does not subscribe them again')
    .option(...NOW_OPTION)
    .action((texts: string[], { newsletter }: Options, self: Command) => {
      const addresses = parseAddresses(texts);
      return withMail(self, shell, { readOnly: false }, async (context) => {
        const { removeSubscriber } = await import('../../subscribers/remove-subscriber.ts');
        const reports: (RemoveReport & { readonly address: EmailAddress })[] = [];
        for (const address of addresses) {
          const report = await removeSubscriber(context, { newsletter, address });
          reports.push({ ...report, address });
        }
        if (reports.some(({ result }) => result === 'unknown')) shell.setExitCode(EXIT.data);
        context.print({ subscribers: reports }, () =>
          reports.map((report) => `${report.address}  ${describeRemoval(report)}`),
        );
      });
    });
}

function describeRemoval(report: RemoveReport): string {
  switch (report.result) {
    case 'removed':
      return 'unsubscribed';
    case 'already':
      return `had already left (${report.subscriber.status})`;
    case 'unknown':
      return 'is not known; nothing was changed';
  }
}

/** Exit code 65 if a named address is not restored. */
function addRestore(command: NewCommand, shell: Shell): void {
  command(
    'restore [address...]',
    'undo bounces that were not the fault of the subscribers; people who left stay unsubscribed',
  )
    .option('--bounced-by <edition>', 'everyone whose subscription this edition ended')
    .option('--dry-run', 'show who would be restored; change nothing')
    .option(...YES_OPTION)
    .option(...NOW_OPTION)
    .action((texts: string[], options: Options, self: Command) => {
      const { newsletter, bouncedBy, dryRun = false } = options;
      if ((texts.length === 0) === (bouncedBy === undefined)) {
        const remedy = 'write either addresses, or --bounced-by and an edition';
        throw new BroadsheetError(EXIT.usage, `it is not clear whom to restore; ${remedy}`);
      }
      const whom = bouncedBy === undefined ? { addresses: parseAddresses(texts) } : { bouncedBy };
      return withMail(self, shell, { readOnly: dryRun }, async (context) => {
        const { restoreBounced } = await import('../../delivery/bounces/restore-bounced.ts');
        const restore = (isDry: boolean) =>
          restoreBounced(context, { newsletter, ...whom, dryRun: isDry });
        const found = await restore(true);
        const count = countRestored(found);
        if (!dryRun && count > 0) {
          const message = `Send mail again to ${plural(count, 'subscription')} that bounced?`;
          await context.confirm({ to: 'restore them', message, otherwise: 'nobody was restored' });
        }
        const reports = dryRun ? found : await restore(false);
        if (texts.length > 0 && reports.some(({ result }) => result !== 'restored')) {
          shell.setExitCode(EXIT.data);
        }
        context.print({ subscribers: reports }, () => describeRestored(reports, dryRun));
      });
    });
}

function countRestored(reports: readonly RestoreReport[]): number {
  return reports.filter(({ result }) => result === 'restored').length;
}

function* describeRestored(reports: readonly RestoreReport[], dryRun: boolean): Generator<string> {
  for (const { address, newsletter, result, because } of reports) {
    const who = newsletter === undefined ? address : `${address}  ${newsletter}`;
    if (result === 'restored') yield `${who}  ${dryRun ? 'would be' : 'is'} subscribed again`;
    else if (result === 'unknown') yield `${who}  is not known`;
    else if (because === 'active') yield `${who}  is subscribed`;
    else if (because === 'pending') yield `${who}  has not confirmed yet`;
    else yield `${who}  ${staysUnsubscribed(`${because}`)}`;
  }
  const count = plural(countRestored(reports), 'subscription');
  yield dryRun ? `Dry run: ${count} would be restored, nothing was changed.` : `${count} restored.`;
}

/** Of all newsletters. Exit code 75 if old copies are left in the database file. */
function addErase(group: Command, shell: Shell): void {
  group
    .command('erase <address...>')
    .description(
      'delete all data about people except a hash; a later import does not add them again',
    )
    .option(...YES_OPTION)
    .option(...JSON_OPTION)
    .option(...NOW_OPTION)
    .action((texts: string[], _options, self: Command) => {
      const addresses = parseAddresses(texts);
      return withMail(self, shell, { readOnly: false }, async (context) => {
        const { eraseSubscriber } = await import('../../subscribers/erase-subscriber.ts');
        const [first, ...others] = addresses;
        const who = others.length === 0 ? first : plural(addresses.length, 'address', 'addresses');
        const message = `Delete everything about ${who}, in every newsletter? This cannot be undone.`;
        await context.confirm({ to: 'erase', message, otherwise: 'nothing was erased' });
        const reports: (EraseReport & { readonly address: EmailAddress })[] = [];
        for (const address of addresses) {
          reports.push({ address, ...(await eraseSubscriber(context, address)) });
        }
        if (reports.some(({ wiped }) => !wiped)) shell.setExitCode(EXIT.tryAgain);
        context.print({ subscribers: reports }, function* () {
          for (const report of reports) {
            yield `${report.address}  ${describeErasure(report)}`;
            if (report.wiped) continue;
            shell.terminal.err(
              'Old copies may stay in the database file while another program has it open. Stop that program, then run the command again.',
            );
          }
        });
      });
    });
}

function describeErasure({ result, subscriptions, deliveries }: EraseReport): string {
  switch (result) {
    case 'erased': {
      const from = plural(subscriptions, 'newsletter');
      const and =
        deliveries === 0 ? '' : ` and from ${plural(deliveries, 'delivery', 'deliveries')}`;
      return `erased from ${from}${and}; no import will add it again`;
    }
    case 'unknown':
      return 'was not known; no import will add it';
    case 'already':
      return 'was erased before; there is nothing left to erase';
  }
}
