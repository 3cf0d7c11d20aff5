import type { ServiceDependencies } from '../delivery/send-dependencies.ts';
import type { ArchiveLists } from '../editions/archive/archive-lists.ts';
import { publishArchive } from '../editions/archive/publish-archive.ts';
import { sleep } from '../kernel/sleep.ts';

/**
 * The part of the service that keeps the archive up to date. It works at the start, as soon as an edition
 * was planned, and every `feeds.rebuildMinutes`, because other programs send and cancel too.
 */
export async function keepArchive(
  deps: ServiceDependencies,
  lists: ArchiveLists,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    // Before the work, to notice an edition that is planned during it.
    const changed = deps.signals.deliveries.next();
    await publishOnce(deps, lists);
    await sleep(deps.config.feeds.rebuildMinutes * 60_000, signal, [changed]);
  }
}

async function publishOnce(
  { config, store, clock, log, textsOf }: ServiceDependencies,
  lists: ArchiveLists,
): Promise<void> {
  try {
    const report = await publishArchive({ config, store, clock, log, textsOf, lists });
    const { editions, changed, removed, warnings } = report;
    for (const { file, message } of warnings) log.trouble(`${file}  ${message}`);
    if (changed + removed > 0) log.event('archive written', { editions, changed, removed });
  } catch (error) {
    log.failure('the archive cannot be written; will try again', error);
  }
}
