import type { Command } from 'commander';
import type { EmailAddress } from '../../kernel/email-address.ts';
import { EXIT } from '../../kernel/errors.ts';
import type { EraseReport } from '../../subscribers/erase-subscriber.ts';
import { confirm } from '../confirm.ts';
import { plural } from '../format.ts';
import { withMail } from '../mail-context.ts';
import { parseAddresses } from '../parse-addresses.ts';
import type { Shell } from '../shell.ts';
import type { Terminal } from '../terminal.ts';

export interface EraseOptions {
  readonly yes?: true;
  readonly json?: true;
}

/** `subscribers erase ADDRESS...`: asks on a terminal, elsewhere requires `--yes`. */
export async function erasePeople(
  texts: readonly string[],
  options: EraseOptions,
  command: Command,
  shell: Shell,
): Promise<void> {
  const addresses = parseAddresses(texts);
  await confirmErasure(addresses, options, shell.terminal);
  await withMail(command, shell, { readOnly: false }, async (context) => {
    const { eraseSubscriber } = await import('../../subscribers/erase-subscriber.ts');
    const reports: (EraseReport & { readonly address: EmailAddress })[] = [];
    for (const address of addresses) {
      reports.push({ address, ...(await eraseSubscriber(context, address)) });
    }
    if (options.json) shell.terminal.out(JSON.stringify({ subscribers: reports }));
    else for (const report of reports) printErasure(report, shell.terminal);
    if (reports.some(({ wiped }) => !wiped)) shell.setExitCode(EXIT.tryAgain);
  });
}

async function confirmErasure(
  addresses: readonly EmailAddress[],
  { yes }: EraseOptions,
  terminal: Terminal,
): Promise<void> {
  if (yes) return;
  const who =
    addresses.length === 1 ? addresses[0] : plural(addresses.length, 'address', 'addresses');
  const message = `Erase all that is known of ${who}, in every newsletter? It cannot be undone.`;
  await confirm({ to: 'erase', message, otherwise: 'nothing was erased' }, terminal);
}

function printErasure(
  report: EraseReport & { readonly address: EmailAddress },
  terminal: Terminal,
): void {
  terminal.out(`${report.address}  ${describe(report)}`);
  if (report.wiped) return;
  terminal.err(
    'Old copies of it may be left in the database file while another program has it open; run the command again when none has.',
  );
}

function describe({ result, subscriptions, deliveries }: EraseReport): string {
  switch (result) {
    case 'erased': {
      const books =
        deliveries === 0 ? '' : `, and out of ${plural(deliveries, 'delivery', 'deliveries')}`;
      return `erased from ${plural(subscriptions, 'newsletter')}${books}; no import brings it back`;
    }
    case 'unknown':
      return 'was not known; no import will bring it in';
    case 'already':
      return 'was erased before; there is nothing left to erase';
  }
}
