import type { Command } from 'commander';
import type { StoredSlot } from '../../schedule/slot.ts';
import { type MailContext, withMail } from '../mail-context.ts';
import type { Shell } from '../shell.ts';
import { describeSlot } from './describe-slot.ts';

/** `schedule run DAY`. */
export async function runOne(day: string, command: Command, shell: Shell): Promise<void> {
  await decide(command, shell, async (context, newsletter) => {
    const { runSlotByHand } = await import('../../schedule/decide-by-hand.ts');
    return runSlotByHand(context, newsletter, day);
  });
}

/** `schedule skip DAY`. */
export async function skipOne(day: string, command: Command, shell: Shell): Promise<void> {
  const { reason } = command.opts<{ reason?: string }>();
  await decide(command, shell, async (context, newsletter) => {
    const { skipSlot } = await import('../../schedule/decide-by-hand.ts');
    return skipSlot(context, newsletter, day, reason);
  });
}

async function decide(
  command: Command,
  shell: Shell,
  work: (context: MailContext, newsletter: string | undefined) => Promise<StoredSlot>,
): Promise<void> {
  const { newsletter, json } = command.optsWithGlobals<{ newsletter?: string; json?: true }>();
  await withMail(command, shell, { readOnly: false }, async (context) => {
    const slot = await work(context, newsletter);
    if (json) {
      shell.terminal.out(JSON.stringify(slot));
      return;
    }
    shell.terminal.out(`${slot.newsletter} of ${slot.day}: ${describeSlot(slot)}`);
    if (slot.state !== 'sending') return;
    shell.terminal.out(
      `The service sends it within a minute; without one, \`broadsheet send ${slot.newsletter}\` does.`,
    );
  });
}
