import { systemChance } from '../../base/chance.ts';
import { openChangeSignal } from '../../base/change-signal.ts';
import { systemClock } from '../../base/clock.ts';
import { BroadsheetError, EXIT } from '../../base/errors.ts';
import type { EventLog } from '../../base/log.ts';
import { checkCountries } from '../../config/check-countries.ts';
import type { Config } from '../../config/config.ts';
import { HOW_TO_MAKE_A_SECRET } from '../../config/environment.ts';
import { requireServiceUrl } from '../../config/require-service-url.ts';
import { keepArchive } from '../../jobs/archive/keep-archive.ts';
import { catchUpWithJournal } from '../../jobs/database/catch-up-with-journal.ts';
import { readTemplates } from '../../jobs/read-templates.ts';
import { readTexts } from '../../jobs/read-texts.ts';
import { runSchedule } from '../../jobs/schedule/run-schedule.ts';
import { askService } from '../../jobs/sending/ask-service.ts';
import type { ServicePart } from '../../jobs/sending/send-dependencies.ts';
import { changesApart } from '../../jobs/service/changes-apart.ts';
import { deliverDue } from '../../jobs/service/deliver-due.ts';
import { measureService } from '../../jobs/service/measure-service.ts';
import { watchPosts } from '../../jobs/service/watch-posts.ts';
import { answerRequests } from '../../jobs/site/answer-requests.ts';
import { formatProblem } from '../../model/problem.ts';
import { openRelay } from '../../smtp/open-relay.ts';
import { openStore, type Store } from '../../store/database/open-store.ts';
import { type OpenMetrics, openMetrics } from '../../web/metrics/open-metrics.ts';
import { openArchiveLists } from '../../web/pages/archive-lists.ts';
import type { WebDependencies } from '../../web/web-dependencies.ts';
import { guardDatabase, makeDatabaseFolder } from '../guard-database.ts';
import type { Shell } from '../shell.ts';
import { announce } from './announce.ts';
import { openServers } from './open-servers.ts';
import { openServiceLog } from './open-service-log.ts';
import { runOnce } from './run-once.ts';
import { type Part, type PartsEnd, runParts } from './run-parts.ts';
import type { ServicePartName } from './service-parts.ts';
import { listenForStop } from './stop-signals.ts';

/** Each part ends within ten seconds of being asked to; some more for the machine's own slowness. */
const GRACE_MS = 15_000;

export interface StartOptions {
  readonly parts: readonly ServicePartName[];
  /** How much is logged: troubles alone, what happens, everything. */
  readonly level: 'warn' | 'info' | 'debug';
  /** Do what is due now, and end. */
  readonly once: boolean;
}

/**
 * Runs the service until a signal ends it. Throws a `BroadsheetError` where it cannot begin; once
 * it runs, it goes on through whatever is away. A bug ends it with exit code 70.
 */
export async function startService(
  config: Config,
  { parts, level, once }: StartOptions,
  { setExitCode }: Shell,
): Promise<void> {
  requireSecret(config);
  if (parts.includes('web') || parts.includes('notices')) requireServiceUrl(config);
  if (parts.includes('schedule')) checkCountries(config);
  const warnings = await guardDatabase(config);
  const pretty = process.stdout.isTTY === true;
  const log = await openServiceLog({ pretty, level });
  dieOfBugs(log);
  for (const warning of warnings) log.trouble(formatProblem(warning));
  const stop = listenForStop(log);
  try {
    await makeDatabaseFolder(config);
    const store = await openStore(config.databaseUrl);
    try {
      const deps = assemble(config, store, log, stop.signal);
      await catchUpWithJournal(deps);
      if (once) {
        setExitCode(await runOnce(deps, parts, stop.signal));
        return;
      }
      const end = await serve(deps, parts, stop.signal);
      if (end.kind === 'hung') giveUp(end.parts, log);
      if (end.kind === 'failed') setExitCode(exitCodeOf(end.error));
    } finally {
      await store.close();
    }
    log.event('stopped');
  } finally {
    stop.dispose();
  }
}

type Dependencies = WebDependencies & { readonly metrics: OpenMetrics };

function assemble(config: Config, store: Store, log: EventLog, stop: AbortSignal): Dependencies {
  return {
    ...{ config, store, log, openRelay, askService },
    ...{ clock: systemClock, machineClock: systemClock, chance: systemChance },
    textsOf: readTexts(config.folders.languages),
    signals: { deliveries: openChangeSignal(), notices: openChangeSignal() },
    findChanges: (edition) => changesApart({ config, clock: systemClock }, edition, stop),
    metrics: openMetrics(() => measureService({ config, store, log })),
    // Read when asked for, so that an editor's change is in the next edition.
    get templates() {
      return readTemplates(config.folders.templates);
    },
  };
}

/** Opens the servers, and runs everything until `stop`. */
async function serve(
  deps: Dependencies,
  names: readonly ServicePartName[],
  stop: AbortSignal,
): Promise<PartsEnd> {
  const servers = await openServers(deps, { web: names.includes('web') });
  try {
    await announce(deps, names, servers.urls);
    const parts = new Map<string, Part>([['web', servers.untilStopped]]);
    for (const [name, part] of Object.entries(PARTS)) {
      if (names.some((each) => each === name)) parts.set(name, (signal) => part(deps, signal));
    }
    return await runParts(parts, stop, { graceMs: GRACE_MS, log: deps.log });
  } finally {
    await servers.close();
  }
}

const PARTS: Readonly<Record<Exclude<ServicePartName, 'web'>, ServicePart>> = {
  feeds: watchPosts,
  schedule: runSchedule,
  delivery: deliverDue,
  notices: answerRequests,
  archive: (deps, signal) => keepArchive(deps, openArchiveLists(deps.config, deps.textsOf), signal),
};

function requireSecret({ secrets }: Config): void {
  if (secrets.length > 0) return;
  throw new BroadsheetError(
    EXIT.config,
    `BROADSHEET_SECRET  is not set, and every link in a mail is signed with it; ${HOW_TO_MAKE_A_SECRET}`,
  );
}

function exitCodeOf(error: unknown) {
  return error instanceof BroadsheetError ? error.exitCode : EXIT.software;
}

/** What nobody caught is logged as everything is, without addresses, and ends the process. */
function dieOfBugs(log: EventLog): void {
  process.on('uncaughtException', (error) => {
    log.failure('the service ends by a bug; please report it', error);
    process.exit(EXIT.software);
  });
}

function giveUp(parts: readonly string[], log: EventLog): never {
  log.trouble('the service ends with parts that did not stop', { parts: parts.join(', ') });
  process.exit(EXIT.software);
}
