import type { Command } from 'commander';
import type { SubscriptionEventKind } from '../../database/states.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import type { AddReport } from '../../subscribers/add-subscriber.ts';
import type { RemoveReport } from '../../subscribers/remove-subscriber.ts';
import { formatTable } from '../format.ts';
import { withMail } from '../mail-context.ts';
import { parseAddresses } from '../parse-addresses.ts';
import type { Shell } from '../shell.ts';
import type { NewsletterOptions } from './options.ts';

/** `subscribers add ADDRESS...`. Exit code 65 if an address belongs to someone who left. */
export async function addPeople(
  texts: readonly string[],
  options: NewsletterOptions,
  command: Command,
  shell: Shell,
): Promise<void> {
  const addresses = parseAddresses(texts);
  if (options.name !== undefined && addresses.length > 1) {
    throw new BroadsheetError(EXIT.usage, '--name is for one address; add the others one by one');
  }
  await withMail(command, shell, { readOnly: false }, async (context) => {
    const { addSubscriber } = await import('../../subscribers/add-subscriber.ts');
    const reports: AddReport[] = [];
    for (const address of addresses) {
      reports.push(await addSubscriber(context, { ...chosen(options), address }));
    }
    if (reports.some(({ result }) => result === 'refused')) shell.setExitCode(EXIT.data);
    if (options.json) shell.terminal.out(JSON.stringify({ subscribers: reports }));
    else {
      for (const report of reports) shell.terminal.out(describeAddition(report));
    }
  });
}

function describeAddition(report: AddReport): string {
  switch (report.result) {
    case 'added':
      return `${report.subscriber.address}  subscribed`;
    case 'already':
      return `${report.subscriber.address}  was there already (${report.subscriber.status})`;
    case 'refused': {
      const since = `${report.status} since ${report.since.slice(0, 10)}`;
      return `${report.address}  stays unsubscribed (${since}): only its owner can undo that, by signing up again`;
    }
  }
}

/** `subscribers remove ADDRESS...`. Exit code 65 if an address is unknown. */
export async function removePeople(
  texts: readonly string[],
  options: NewsletterOptions,
  command: Command,
  shell: Shell,
): Promise<void> {
  const addresses = parseAddresses(texts);
  await withMail(command, shell, { readOnly: false }, async (context) => {
    const { removeSubscriber } = await import('../../subscribers/remove-subscriber.ts');
    const reports: (RemoveReport & { address: string })[] = [];
    for (const address of addresses) {
      const report = await removeSubscriber(context, { ...chosen(options), address });
      reports.push({ ...report, address });
    }
    if (reports.some(({ result }) => result === 'unknown')) shell.setExitCode(EXIT.data);
    if (options.json) shell.terminal.out(JSON.stringify({ subscribers: reports }));
    else
      for (const report of reports)
        shell.terminal.out(`${report.address}  ${describeRemoval(report)}`);
  });
}

function describeRemoval(report: RemoveReport): string {
  switch (report.result) {
    case 'removed':
      return 'unsubscribed';
    case 'already':
      return `had left already (${report.subscriber.status})`;
    case 'unknown':
      return 'is not known; nothing was changed';
  }
}

/** `subscribers show ADDRESS`. Exit code 65 if it is unknown. */
export async function showPerson(
  text: string,
  options: NewsletterOptions,
  command: Command,
  shell: Shell,
): Promise<void> {
  const [address] = parseAddresses([text]);
  if (address === undefined) return;
  const { terminal } = shell;
  await withMail(command, shell, { readOnly: true }, async (context) => {
    const { showErasures, showSignUps, showSubscriber } = await import(
      '../../site/show-subscriber.ts'
    );
    const subscriptions = await showSubscriber(context, { ...chosen(options), address });
    const signUps = await showSignUps(context, address);
    const erasures = await showErasures(context, address);
    const isKnown = subscriptions.length + signUps.length > 0;
    if (!isKnown) shell.setExitCode(EXIT.data);
    if (options.json) {
      terminal.out(JSON.stringify({ address, subscriptions, signUps, erasures }));
      return;
    }
    if (!isKnown) terminal.out(`${address}  is not known`);
    for (const { newsletter, at, source } of erasures) {
      terminal.out(`${address}  was erased from ${newsletter} by ${source}, ${at}`);
    }
    for (const { newsletters, source, at, expiresAt } of signUps) {
      const asked = `${newsletters.join(', ')} by ${source}, ${at}`;
      terminal.out(`${address}  signed up for ${asked}; to be confirmed until ${expiresAt}`);
    }
    for (const { subscriber, history, deliveries } of subscriptions) {
      const { newsletter, status, changedAt, consent, name } = subscriber;
      terminal.out(`${subscriber.address}${name === undefined ? '' : ` (${name})`}`);
      terminal.out(`  ${newsletter}: ${status} since ${changedAt}`);
      const confirmed =
        consent.confirmedAt === undefined ? '' : `, confirmed ${consent.confirmedAt}`;
      terminal.out(`  consent: ${consent.source}, ${consent.at}${confirmed}`);
      if (consent.text !== undefined) terminal.out(`  in the words: ${consent.text}`);
      const events = history.map(({ at, kind, source }) => [
        `  ${at}`,
        KINDS[kind],
        `by ${source}`,
      ]);
      for (const line of formatTable(events)) terminal.out(line);
      for (const { edition, state, at, reply } of deliveries) {
        terminal.out(
          `  ${edition}: ${state} ${at}${reply ? ` (${reply.code} ${reply.text})` : ''}`,
        );
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
  moved: 'has another address',
  merged: 'became one with another',
  lapsed: 'never confirmed',
  erased: 'erased',
};

/** The newsletter and the name from the options, if set. */
function chosen({ newsletter, name }: NewsletterOptions) {
  return {
    ...(newsletter === undefined ? {} : { newsletter }),
    ...(name === undefined ? {} : { name }),
  };
}
