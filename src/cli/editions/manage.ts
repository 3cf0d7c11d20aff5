import type { Command } from 'commander';
import type { ManagedEdition } from '../../delivery/editions/manage-edition.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { confirm } from '../confirm.ts';
import { plural } from '../format.ts';
import { type MailContext, withMail } from '../mail-context.ts';
import { formatDeliveries } from '../print-edition.ts';
import type { Shell } from '../shell.ts';

/** `editions pause ID`. */
export async function pauseOne(id: string, command: Command, shell: Shell): Promise<void> {
  const { reason } = command.opts<{ reason?: string }>();
  await manage(command, shell, async (context) => {
    const { pauseEditionById } = await import('../../delivery/editions/manage-edition.ts');
    const managed = await pauseEditionById(context, id, reason);
    return [managed, `${id} waits; \`broadsheet editions resume ${id}\` continues it.`];
  });
}

/** `editions resume ID`. */
export async function resumeOne(id: string, command: Command, shell: Shell): Promise<void> {
  await manage(command, shell, async (context) => {
    const { resumeEditionById } = await import('../../delivery/editions/manage-edition.ts');
    const managed = await resumeEditionById(context, id);
    return [managed, `${id} continues with the next \`broadsheet send ${managed.newsletter}\`.`];
  });
}

/** `editions approve ID`. */
export async function approveOne(id: string, command: Command, shell: Shell): Promise<void> {
  const { terminal } = shell;
  await withMail(command, shell, { readOnly: false }, async (context) => {
    const { approveEdition } = await import('../../schedule/approve-edition.ts');
    const { json, asComposed } = command.opts<{ json?: true; asComposed?: true }>();
    const approval = await approveEdition(context, id, { asComposed: asComposed === true });
    const { edition, kind, retracted } = approval;
    const { planned, approvedAt } = edition;
    if (retracted !== undefined) {
      const remedy =
        `\`broadsheet send ${edition.edition.newsletter} --edition ${id} --recompose\` composes it ` +
        'anew, --as-composed here sends it anyway';
      throw new BroadsheetError(EXIT.tryAgain, `${id}  ${retracted}; ${remedy}`);
    }
    if (json) {
      terminal.out(JSON.stringify({ edition: id, approval: kind, planned, approvedAt }));
      return;
    }
    if (kind === 'approved') {
      const who = plural(planned, 'subscriber');
      terminal.out(`${id} is approved, for ${who}.`);
      terminal.out(
        `The service sends it within a minute; without one, \`broadsheet send ${edition.edition.newsletter}\` does.`,
      );
    } else
      terminal.out(
        `${id} does not wait for an approval; \`broadsheet editions show ${id}\` says how it stands.`,
      );
  });
}

/** `editions cancel ID`: asks on a terminal. */
export async function cancelOne(id: string, command: Command, shell: Shell): Promise<void> {
  const { yes } = command.opts<{ yes?: true }>();
  await manage(command, shell, async (context) => {
    const { cancelEditionById } = await import('../../delivery/editions/manage-edition.ts');
    if (!yes) {
      context.log.close();
      const message = `Cancel ${id}, for good?`;
      await confirm({ to: 'cancel it', message, otherwise: 'nothing was changed' }, shell.terminal);
    }
    const managed = await cancelEditionById(context, id);
    const who = plural(managed.givenUp, 'subscriber does', 'subscribers do');
    return [managed, `${id} is cancelled: ${who} not get it.`];
  });
}

async function manage(
  command: Command,
  shell: Shell,
  work: (context: MailContext) => Promise<readonly [ManagedEdition, string]>,
): Promise<void> {
  await withMail(command, shell, { readOnly: false }, async (context) => {
    const [managed, line] = await work(context);
    if (command.opts<{ json?: true }>().json) {
      shell.terminal.out(JSON.stringify(managed));
      return;
    }
    shell.terminal.out(line);
    shell.terminal.out(`Books    ${formatDeliveries(managed.deliveries)}`);
  });
}
