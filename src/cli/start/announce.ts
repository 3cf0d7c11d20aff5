import type { ServiceDependencies } from '../../delivery/send-dependencies.ts';
import { reasonOf } from '../../kernel/errors.ts';
import { findHold } from '../../recovery/split-brain-guard.ts';
import { listSchedule } from '../../schedule/list-schedule.ts';
import { relaysWithoutUrl } from '../../settings/relay-accounts.ts';
import { formatDue } from '../format.ts';
import type { Servers } from './open-servers.ts';
import type { ServicePartName } from './service-parts.ts';

/** Logs where the service listens, its next work, and what is missing for other parts. */
export async function announce(
  deps: ServiceDependencies,
  parts: readonly ServicePartName[],
  urls: Servers['urls'],
): Promise<void> {
  const { config, log } = deps;
  log.event('serving', { parts: parts.join(', '), database: deps.store.place, ...urls });
  if (parts.includes('schedule')) await announceSlots(deps);
  for (const { message } of relaysWithoutUrl(config)) log.trouble(message);
  for (const reason of brokenTemplates(deps)) log.trouble(reason);
  const hold = await findHold(deps);
  if (hold === undefined) return;
  const remedy = 'run `broadsheet status` to see what is at stake, and `broadsheet database adopt`';
  log.trouble(`this database ${hold.because}: nothing is sent until it is adopted; ${remedy}`);
}

async function announceSlots(deps: ServiceDependencies): Promise<void> {
  const scheduled = await listSchedule(deps, { count: 1 });
  for (const { newsletter, timeZone, next } of scheduled) {
    const due = next.find(({ skipped }) => skipped === undefined);
    if (due === undefined) continue;
    const at = formatDue(due.dueAt, timeZone);
    deps.log.event(`the next edition is due on ${at}`, { newsletter, dueAt: due.dueAt });
  }
  for (const { id } of deps.config.newsletters) {
    if (scheduled.some(({ newsletter }) => newsletter === id)) continue;
    deps.log.event('no schedule: sent by hand only', { newsletter: id });
  }
}

/** Errors in the templates of mails. The site still runs, because people must be able to leave. */
function brokenTemplates(deps: ServiceDependencies): string[] {
  try {
    void deps.templates;
    return [];
  } catch (error) {
    return [reasonOf(error)];
  }
}
