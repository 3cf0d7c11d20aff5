import { once } from 'node:events';
import { openStore } from '../../database/open-store.ts';
import { inspectApart } from '../../delivery/gate/inspect-edition.ts';
import type { ServiceDependencies, ServicePart } from '../../delivery/send-dependencies.ts';
import { openArchiveLists } from '../../editions/archive/archive-lists.ts';
import { changesApart } from '../../editions/compose/find-post-changes.ts';
import { mjmlApart } from '../../editions/digest/mjml-apart.ts';
import type { Edition } from '../../editions/edition.ts';
import { readReturned } from '../../inbound/read-returned.ts';
import { openChangeSignal } from '../../kernel/change-signal.ts';
import { systemClock } from '../../kernel/clock.ts';
import { BroadsheetError, EXIT, reasonOf } from '../../kernel/errors.ts';
import type { EventLog } from '../../kernel/log.ts';
import { formatProblem } from '../../kernel/problem.ts';
import { catchUpWithJournal } from '../../recovery/catch-up-with-journal.ts';
import { findHold } from '../../recovery/split-brain-guard.ts';
import { listSchedule } from '../../schedule/list-schedule.ts';
import { runSchedule } from '../../schedule/run-schedule.ts';
import { deliverDue } from '../../service/deliver-due.ts';
import { keepArchive } from '../../service/keep-archive.ts';
import { measureService } from '../../service/measure-service.ts';
import { type OpenMetrics, openMetrics } from '../../service/metrics/open-metrics.ts';
import { serveMetrics } from '../../service/metrics/serve-metrics.ts';
import { requireHookSecret, sendHooks } from '../../service/send-hooks.ts';
import { watchPosts } from '../../service/watch-posts.ts';
import { webhookRoutes } from '../../service/webhook-routes.ts';
import { checkCountries } from '../../settings/check-countries.ts';
import type { Config } from '../../settings/config.ts';
import { HOW_TO_MAKE_A_SECRET } from '../../settings/environment.ts';
import { relaysWithoutUrl } from '../../settings/relay-accounts.ts';
import { requireServiceUrl } from '../../settings/require-service-url.ts';
import { answerRequests } from '../../site/answer-requests.ts';

import { errorPage, openSite } from '../../site/pages/site.ts';
import { siteRoutes } from '../../site/pages/site-routes.ts';
import { serveFiles } from '../../web/files/serve-files.ts';
import { health } from '../../web/health.ts';
import { openWebServer, type WebServer } from '../../web/open-web-server.ts';
import type { WebDependencies } from '../../web/web-dependencies.ts';
import { assemble } from '../assemble.ts';
import { guardDatabase, makeDatabaseFolder } from '../context.ts';
import { formatDue } from '../format.ts';
import type { Shell } from '../shell.ts';
import { openServiceLog } from './open-service-log.ts';
import { runOnce } from './run-once.ts';
import { type Part, type PartsEnd, runParts } from './run-parts.ts';
import type { ServicePartName } from './service-parts.ts';

/** Each part ends within ten seconds after the stop. This is a little more, for a slow machine. */
const GRACE_MS = 15_000;

/**
 * Runs the service until a signal ends it; with `isOnce`, only the work that is due now. Logs problems,
 * also normal events, or everything (`level`). Throws a `BroadsheetError` if it cannot start. Once it
 * runs, it continues whatever is away. A bug ends it with exit code 70.
 */
export async function startService(
  config: Config,
  parts: readonly ServicePartName[],
  { level, isOnce }: { readonly level: 'warn' | 'info' | 'debug'; readonly isOnce: boolean },
  { setExitCode }: Shell,
): Promise<void> {
  if (config.secrets.length === 0) {
    throw new BroadsheetError(
      EXIT.config,
      `BROADSHEET_SECRET  is not set, and every link in a mail is signed with it; ${HOW_TO_MAKE_A_SECRET}`,
    );
  }
  if (parts.includes('hooks')) requireHookSecret(config);
  if (parts.includes('web') || parts.includes('notices')) requireServiceUrl(config);
  if (parts.includes('schedule')) checkCountries(config);
  const warnings = await guardDatabase(config);
  const log = await openServiceLog({ pretty: process.stdout.isTTY === true, level });
  // An uncaught error is logged without addresses, like everything, and ends the process.
  process.on('uncaughtException', (error) => {
    log.failure('the service stops because of a bug; please report it', error);
    process.exit(EXIT.software);
  });
  for (const warning of warnings) log.trouble(formatProblem(warning));
  const stop = listenForStop(log);
  await makeDatabaseFolder(config);
  const store = await openStore(config.databaseUrl);
  try {
    const deps = Object.assign(assemble(config, store, log, systemClock), {
      signals: { deliveries: openChangeSignal(), notices: openChangeSignal() },
      findChanges: (edition: Edition) =>
        changesApart({ config, clock: systemClock }, edition, stop),
      renderMjml: mjmlApart(stop),
      inspect: inspectApart({ config, clock: systemClock }, stop),
      metrics: openMetrics(() => measureService({ config, store, log })),
    });
    // Broken texts are an error now, not when the first page is shown.
    void deps.textsOf;
    await catchUpWithJournal(deps);
    if (isOnce) {
      setExitCode(await runOnce(deps, parts, stop));
      return;
    }
    const end = await serve(deps, parts, stop);
    if (end.kind === 'hung') {
      const hung = end.parts.join(', ');
      log.trouble('the service exits although some parts did not stop', { parts: hung });
      process.exit(EXIT.software);
    }
    if (end.kind === 'failed') {
      setExitCode(end.error instanceof BroadsheetError ? end.error.exitCode : EXIT.software);
    }
  } finally {
    await store.close();
  }
  log.event('stopped');
}

type Dependencies = WebDependencies & { readonly metrics: OpenMetrics };

/** Opens the servers, and runs everything until `stop`. */
async function serve(
  deps: Dependencies,
  names: readonly ServicePartName[],
  stop: AbortSignal,
): Promise<PartsEnd> {
  const { metricsHost: host, metricsPort: port } = deps.config.web;
  const { log } = deps;
  const metrics = port === 0 ? undefined : await serveMetrics(deps.metrics, { host, port, log });
  let site: WebServer | undefined;
  try {
    if (names.includes('web')) site = await openSiteServer(deps);
    await announce(deps, names, { site: site?.url, metrics: metrics?.url });
    const web: Part = async (signal) => {
      if (!signal.aborted) await once(signal, 'abort');
      // Resolves when the open requests are answered.
      await site?.close();
    };
    const parts = new Map([['web', web]]);
    for (const [name, part] of Object.entries(PARTS)) {
      if (names.some((each) => each === name)) parts.set(name, (signal) => part(deps, signal));
    }
    return await runParts(parts, stop, { graceMs: GRACE_MS, log });
  } finally {
    await Promise.all([site?.close(), metrics?.close()]);
  }
}

/** The pages and all published files. */
function openSiteServer(deps: WebDependencies): Promise<WebServer> {
  const site = openSite(deps);
  const options = { renderError: errorPage(site), rootRoutes: health };
  return openWebServer(deps, [siteRoutes(site), webhookRoutes(), serveFiles], options);
}

const PARTS: Readonly<Record<Exclude<ServicePartName, 'web'>, ServicePart>> = {
  feeds: watchPosts,
  schedule: runSchedule,
  delivery: deliverDue,
  notices: answerRequests,
  inbound: readReturned,
  hooks: sendHooks,
  archive: (deps, signal) => keepArchive(deps, openArchiveLists(deps.config, deps.textsOf), signal),
};

/** Logs where the service listens, its next work, and what is missing for other parts. */
async function announce(
  deps: ServiceDependencies,
  parts: readonly ServicePartName[],
  urls: { readonly site?: string; readonly metrics?: string },
): Promise<void> {
  const { config, log } = deps;
  log.event('serving', { parts: parts.join(', '), database: deps.store.place, ...urls });
  if (parts.includes('schedule')) await announceSlots(deps);
  for (const { message } of relaysWithoutUrl(config)) log.trouble(message);
  try {
    void deps.templates;
  } catch (error) {
    // The site still runs without the templates of mails, because people must be able to leave.
    log.trouble(reasonOf(error));
  }
  const hold = await findHold(deps);
  if (hold === undefined) return;
  const remedy = 'run `broadsheet status` to see what is waiting, then `broadsheet database adopt`';
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

/** Exit codes after a signal, by the rule of shells. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Returns a signal that is aborted when the service should end. The first SIGTERM or SIGINT stops it
 * cleanly; the second ends the process at once. SIGHUP means that the terminal was closed, and also stops
 * it. Without a terminal, some supervisors send SIGHUP for "read the config again": the log reports that
 * this needs a restart.
 */
function listenForStop(log: EventLog): AbortSignal {
  const controller = new AbortController();
  const stop = (name: keyof typeof SIGNALS) => {
    if (controller.signal.aborted) process.exit(SIGNALS[name]);
    log.event('stopping', { signal: name });
    controller.abort();
  };
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY;
  process
    .on('SIGINT', () => stop('SIGINT'))
    .on('SIGTERM', () => stop('SIGTERM'))
    .on('SIGHUP', () => {
      if (hasTerminal) controller.abort();
      else log.event('SIGHUP is ignored: restart the service to read the config again');
    });
  return controller.signal;
}
