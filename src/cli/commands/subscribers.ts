import type { Command } from 'commander';
import type { SubscriptionEventKind, SubscriptionStatus } from '../../database/states.ts';
import type { RestoreReport } from '../../delivery/bounces/restore-bounced.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import type { AddReport } from '../../subscribers/add-subscriber.ts';
import type { EraseReport } from '../../subscribers/erase-subscriber.ts';
import type { RemoveReport } from '../../subscribers/remove-subscriber.ts';
import { chooseStatus, JSON_OPTION, NOW_OPTION, parseAddresses, YES_OPTION } from '../arguments.ts';
import { type MailContext, withMail } from '../context.ts';
import { formatTable, plural } from '../format.ts';
import { warn } from '../print-problems.ts';
import { confirm, type Shell } from '../shell.ts';
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
  readonly yes?: true;
  readonly json?: true;
}

/** `broadsheet subscribers add | import | export | list | show | remove | restore | erase`. */
export function addSubscribers(program: Command, shell: Shell): void {
  const group = program
    .command('subscribers')
    .description('list and manage subscribers')
    .addHelpText('after', EXAMPLES);
  const command = (name: string, description: string) =>
    group
      .command(name)
      .description(description)
      .option('--newsletter <id>', 'of this newsletter')
      .option(...JSON_OPTION);
  command('add <address...>', 'subscribe people who asked for it')
    .option('--name <name>', 'name of the person; for one address only')
    .option(...NOW_OPTION)
    .action((texts: string[], options: Options, self: Command) => {
      const addresses = parseAddresses(texts);
      if (options.name !== undefined && addresses.length > 1) {
        const remedy = 'add the others one by one';
        throw new BroadsheetError(EXIT.usage, `--name is for one address; ${remedy}`);
      }
      return withMail(self, shell, { readOnly: false }, (context) =>
        add(addresses, options, context),
      );
    });
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
      const status = chooseStatus(options.status);
      const { importFile } = await import('./subscribers-import.ts');
      return importFile(file, { ...options, status }, self, shell);
    });
  command('export', 'print all subscribers as CSV')
    .option('--status <status>', 'only those with this status')
    .action((options: Options, self: Command) => {
      const print = options.json ? list : exportAsCsv;
      const status = chooseStatus(options.status);
      return withMail(self, shell, { readOnly: true }, (context) =>
        print(context, { ...options, status }),
      );
    });
  command('list', 'list subscribers by address')
    .option('--status <status>', 'only those with this status')
    .action((options: Options, self: Command) => {
      const status = chooseStatus(options.status);
      return withMail(self, shell, { readOnly: true }, (context) =>
        list(context, { ...options, status }),
      );
    });
  command('show <address>', 'show everything about one address').action(
    (text: string, options: Options, self: Command) => {
      const addresses = parseAddresses([text]);
      return withMail(self, shell, { readOnly: true }, async (context) => {
        for (const address of addresses) await show(address, options, context);
      });
    },
  );
  command('remove <address...>', 'unsubscribe people; a later import does not subscribe them again')
    .option(...NOW_OPTION)
    .action((texts: string[], options: Options, self: Command) => {
      const addresses = parseAddresses(texts);
      return withMail(self, shell, { readOnly: false }, (context) =>
        remove(addresses, options, context),
      );
    });
  command(
    'restore [address...]',
    'undo bounces that were not the fault of the subscribers; people who left stay unsubscribed',
  )
    .option('--bounced-by <edition>', 'everyone whose subscription this edition ended')
    .option('--dry-run', 'show who would be restored; change nothing')
    .option(...YES_OPTION)
    .option(...NOW_OPTION)
    .action((texts: string[], options: Options, self: Command) => {
      if ((texts.length === 0) === (options.bouncedBy === undefined)) {
        const fact = 'it is not clear whom to restore;';
        const remedy = 'write either addresses, or --bounced-by and an edition';
        throw new BroadsheetError(EXIT.usage, `${fact} ${remedy}`);
      }
      const addresses = parseAddresses(texts);
      return withMail(self, shell, { readOnly: options.dryRun === true }, (context) =>
        restore(addresses, options, context),
      );
    });
  group
    .command('erase <address...>')
    .description(
      'delete all data about people except a hash; a later import does not add them again',
    )
    .option(...YES_OPTION)
    .option(...JSON_OPTION)
    .option(...NOW_OPTION)
    .action(async (texts: string[], { yes }: Options, self: Command) => {
      const addresses = parseAddresses(texts);
      if (!yes) {
        const who =
          addresses.length === 1 ? addresses[0] : plural(addresses.length, 'address', 'addresses');
        const message = `Delete everything about ${who}, in every newsletter? This cannot be undone.`;
        const question = { to: 'erase', message, otherwise: 'nothing was erased' };
        await confirm(question, shell.terminal);
      }
      await withMail(self, shell, { readOnly: false }, (context) => erase(addresses, context));
    });
}

/** Collects all values of a repeatable option. */
function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** Exit code 65 if an address belongs to someone who left. */
async function add(
  addresses: readonly EmailAddress[],
  { newsletter, name }: Options,
  context: MailContext,
): Promise<void> {
  const { addSubscriber } = await import('../../subscribers/add-subscriber.ts');
  const reports: AddReport[] = [];
  for (const address of addresses) {
    reports.push(await addSubscriber(context, { newsletter, name, address }));
  }
  if (reports.some(({ result }) => result === 'refused')) context.setExitCode(EXIT.data);
  context.print({ subscribers: reports }, () => reports.map(describeAddition));
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

/** Prints page by page, because there may be many. */
async function list(
  context: MailContext,
  { newsletter, status, json }: Options & { readonly status: SubscriptionStatus | undefined },
): Promise<void> {
  const { listSubscribers } = await import('../../subscribers/list-subscribers.ts');
  const { findMissingNewsletters, warnOfMissing } = await import(
    '../../newsletters/missing-newsletters.ts'
  );
  const { config, terminal } = context;
  refuseUnknown(newsletter, context);
  let count = 0;
  if (json) await terminal.write('{"subscribers":[');
  for await (const page of listSubscribers(context, { newsletter, status })) {
    const lines = page.map((subscriber) => {
      count += 1;
      if (json) return `${count === 1 ? '' : ','}${JSON.stringify(subscriber)}`;
      const { address, status: current, newsletter: id, changedAt } = subscriber;
      return `${address.padEnd(40)}  ${current.padEnd(12)}  ${id}  since ${changedAt.slice(0, 10)}\n`;
    });
    await terminal.write(lines.join(''));
  }
  if (json) terminal.out(']}');
  // Subscribers of newsletters that are not in the config are in no list.
  for (const { message } of warnOfMissing(config, await findMissingNewsletters(context))) {
    warn(message, terminal);
  }
  if (json) return;
  terminal.err(
    count === 0
      ? 'Nobody yet; `broadsheet subscribers add` subscribes people.'
      : plural(count, 'subscriber'),
  );
}

async function exportAsCsv(
  context: MailContext,
  { newsletter, status }: Options & { readonly status: SubscriptionStatus | undefined },
): Promise<void> {
  const { exportSubscribers } = await import('../../subscribers/export-subscribers.ts');
  refuseUnknown(newsletter, context);
  for await (const piece of exportSubscribers(context, { newsletter, status })) {
    await context.terminal.writeData(piece);
  }
}

/**
 * Before anything is printed: half a list and then an error would be invalid JSON, and a broken CSV file.
 */
function refuseUnknown(newsletter: string | undefined, { config }: MailContext): void {
  if (newsletter !== undefined) findNewsletter(config, newsletter);
}

/** Exit code 65 if the address is unknown. */
async function show(
  address: EmailAddress,
  { newsletter }: Options,
  context: MailContext,
): Promise<void> {
  const { showErasures, showSignUps, showSubscriber } = await import(
    '../../site/show-subscriber.ts'
  );
  const subscriptions = await showSubscriber(context, { newsletter, address });
  const signUps = await showSignUps(context, address);
  const erasures = await showErasures(context, address);
  const isKnown = subscriptions.length + signUps.length > 0;
  if (!isKnown) context.setExitCode(EXIT.data);
  context.print({ address, subscriptions, signUps, erasures }, function* () {
    if (!isKnown) yield `${address}  is not known`;
    for (const { newsletter: id, at, source } of erasures) {
      yield `${address}  was erased from ${id} by ${source}, ${at}`;
    }
    for (const { newsletters, source, at, expiresAt } of signUps) {
      const asked = `${newsletters.join(', ')} by ${source}, ${at}`;
      yield `${address}  signed up for ${asked}; has to be confirmed by ${expiresAt}`;
    }
    for (const { subscriber, history, deliveries } of subscriptions) {
      const { newsletter: id, status, changedAt, consent, name } = subscriber;
      yield `${subscriber.address}${name === undefined ? '' : ` (${name})`}`;
      yield `  ${id}: ${status} since ${changedAt}`;
      const confirmed =
        consent.confirmedAt === undefined ? '' : `, confirmed ${consent.confirmedAt}`;
      yield `  consent: ${consent.source}, ${consent.at}${confirmed}`;
      if (consent.text !== undefined) yield `  agreed to the words: ${consent.text}`;
      yield* formatTable(
        history.map(({ at, kind, source }) => [`  ${at}`, KINDS[kind], `by ${source}`]),
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
  lapsed: 'never confirmed',
  erased: 'erased',
};

/** Exit code 65 if an address is unknown. */
async function remove(
  addresses: readonly EmailAddress[],
  { newsletter }: Options,
  context: MailContext,
): Promise<void> {
  const { removeSubscriber } = await import('../../subscribers/remove-subscriber.ts');
  const reports: (RemoveReport & { readonly address: string })[] = [];
  for (const address of addresses) {
    reports.push({ ...(await removeSubscriber(context, { newsletter, address })), address });
  }
  if (reports.some(({ result }) => result === 'unknown')) context.setExitCode(EXIT.data);
  context.print({ subscribers: reports }, () =>
    reports.map((report) => `${report.address}  ${describeRemoval(report)}`),
  );
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
async function restore(
  addresses: readonly EmailAddress[],
  { newsletter, bouncedBy, dryRun, yes }: Options,
  context: MailContext,
): Promise<void> {
  const { restoreBounced } = await import('../../delivery/bounces/restore-bounced.ts');
  const whom = bouncedBy === undefined ? { newsletter, addresses } : { newsletter, bouncedBy };
  const found = await restoreBounced(context, { ...whom, dryRun: true });
  const count = countRestored(found);
  if (!dryRun && !yes && count > 0) {
    context.log.close();
    const message = `Send mail again to ${plural(count, 'subscription')} that bounced?`;
    const question = { to: 'restore them', message, otherwise: 'nobody was restored' };
    await confirm(question, context.terminal);
  }
  const reports = dryRun ? found : await restoreBounced(context, whom);
  if (bouncedBy === undefined && reports.some(({ result }) => result !== 'restored')) {
    context.setExitCode(EXIT.data);
  }
  context.print({ subscribers: reports }, function* () {
    for (const { address, newsletter: id, ...report } of reports) {
      const who = id === undefined ? address : `${address}  ${id}`;
      yield `${who}  ${describeRestored(report, dryRun)}`;
    }
    const restored = plural(countRestored(reports), 'subscription');
    yield dryRun
      ? `Dry run: ${restored} would be restored, nothing was changed.`
      : `${restored} restored.`;
  });
}

function countRestored(reports: readonly RestoreReport[]): number {
  return reports.filter(({ result }) => result === 'restored').length;
}

function describeRestored(
  { result, because }: Pick<RestoreReport, 'result' | 'because'>,
  dryRun: true | undefined,
): string {
  if (result === 'restored') return `${dryRun ? 'would be' : 'is'} subscribed again`;
  if (result === 'unknown') return 'is not known';
  if (because === 'active') return 'is subscribed';
  if (because === 'pending') return 'has not confirmed yet';
  return staysUnsubscribed(`${because}`);
}

/** Exit code 75 if old copies are left in the database file. */
async function erase(addresses: readonly EmailAddress[], context: MailContext): Promise<void> {
  const { eraseSubscriber } = await import('../../subscribers/erase-subscriber.ts');
  const reports: (EraseReport & { readonly address: EmailAddress })[] = [];
  for (const address of addresses) {
    reports.push({ address, ...(await eraseSubscriber(context, address)) });
  }
  if (reports.some(({ wiped }) => !wiped)) context.setExitCode(EXIT.tryAgain);
  context.print({ subscribers: reports }, function* () {
    for (const report of reports) {
      yield `${report.address}  ${describeErasure(report)}`;
      if (report.wiped) continue;
      context.terminal.err(
        'Old copies may stay in the database file while another program has it open. Stop that program, then run the command again.',
      );
    }
  });
}

function describeErasure({ result, subscriptions, deliveries }: EraseReport): string {
  switch (result) {
    case 'erased': {
      const books =
        deliveries === 0 ? '' : ` and from ${plural(deliveries, 'delivery', 'deliveries')}`;
      return `erased from ${plural(subscriptions, 'newsletter')}${books}; no import will add it again`;
    }
    case 'unknown':
      return 'was not known; no import will add it';
    case 'already':
      return 'was erased before; there is nothing left to erase';
  }
}
