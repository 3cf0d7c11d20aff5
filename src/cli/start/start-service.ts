import { openStore, type Store } from '../../database/open-store.ts';
import { openRelay } from '../../delivery/relay/open-relay.ts';
import { askService } from '../../delivery/run/ask-service.ts';
import type { ServicePart } from '../../delivery/send-dependencies.ts';
import { openArchiveLists } from '../../editions/archive/archive-lists.ts';
import { changesApart } from '../../editions/compose/find-post-changes.ts';
import { openChangeSignal } from '../../kernel/change-signal.ts';
import { systemClock } from '../../kernel/clock.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import type { EventLog } from '../../kernel/log.ts';
import { formatProblem } from '../../kernel/problem.ts';
import { systemRandom } from '../../kernel/random.ts';
import { catchUpWithJournal } from '../../recovery/catch-up-with-journal.ts';
import { runSchedule } from '../../schedule/run-schedule.ts';
import { deliverDue } from '../../service/deliver-due.ts';
import { keepArchive } from '../../service/keep-archive.ts';
import { measureService } from '../../service/measure-service.ts';
import { type OpenMetrics, openMetrics } from '../../service/metrics/open-metrics.ts';
import { watchPosts } from '../../service/watch-posts.ts';
import { checkCountries } from '../../settings/check-countries.ts';
import type { Config } from '../../settings/config.ts';
import { HOW_TO_MAKE_A_SECRET } from '../../settings/environment.ts';
import { requireServiceUrl } from '../../settings/require-service-url.ts';
import { answerRequests } from '../../site/answer-requests.ts';
import { readTemplates } from '../../templates/read-templates.ts';
import { readTexts } from '../../templates/read-texts.ts';
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

/** Each part ends within ten seconds after the stop. This is a little more, for a slow machine. */
const GRACE_MS = 15_000;

export interface StartOptions {
  readonly parts: readonly ServicePartName[];
  /** What is logged: only problems, also normal events, or everything. */
  readonly level: 'warn' | 'info' | 'debug';
  /** Do the work that is due now, and exit. */
  readonly once: boolean;
}

/**
 * Runs the service until a signal ends it. Throws a `BroadsheetError` if it cannot start. Once it runs,
 * it continues whatever is away. A bug ends it with exit code 70.
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
    ...{ clock: systemClock, machineClock: systemClock, random: systemRandom },
    textsOf: readTexts(config.folders.languages),
    signals: { deliveries: openChangeSignal(), notices: openChangeSignal() },
    findChanges: (edition) => changesApart({ config, clock: systemClock }, edition, stop),
    metrics: openMetrics(() => measureService({ config, store, log })),
    // Read on demand: an editor's change is in the next edition.
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

/** An uncaught error is logged without addresses, like everything, and ends the process. */
function dieOfBugs(log: EventLog): void {
  process.on('uncaughtException', (error) => {
    log.failure('the service stops because of a bug; please report it', error);
    process.exit(EXIT.software);
  });
}

function giveUp(parts: readonly string[], log: EventLog): never {
  log.trouble('the service exits although some parts did not stop', { parts: parts.join(', ') });
  process.exit(EXIT.software);
}
