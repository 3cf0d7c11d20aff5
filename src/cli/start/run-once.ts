import { buildFeeds } from '../../build/build-feeds.ts';
import type { ServiceDependencies } from '../../delivery/send-dependencies.ts';
import { openArchiveLists } from '../../editions/archive/archive-lists.ts';
import { publishArchive } from '../../editions/archive/publish-archive.ts';
import { readReturnedOnce } from '../../inbound/read-returned.ts';
import { BroadsheetError, EXIT, type ExitCode } from '../../kernel/errors.ts';
import { formatProblem } from '../../kernel/problem.ts';
import { askEditors } from '../../schedule/ask-editors.ts';
import { checkScheduleApart } from '../../schedule/check-schedule.ts';
import { reportOutcomes } from '../../schedule/report-outcomes.ts';
import { deliverNewsletter } from '../../service/deliver-newsletter.ts';
import { sendDueHooks, tidyHookEvents } from '../../service/send-hooks.ts';
import { openCalendars } from '../../settings/open-calendars.ts';
import { answerAll } from '../../site/answer-requests.ts';
import { openNoticeRoutes } from '../../site/send-mails.ts';
import type { ServicePartName } from './service-parts.ts';

/** Does the due work of one part, and returns the exit code for its result. */
type Round = (deps: ServiceDependencies, signal: AbortSignal) => Promise<ExitCode>;

/**
 * In this order, because one part makes work for the next: a page exists before a message links to it.
 */
const ROUNDS: readonly (readonly [ServicePartName, Round])[] = [
  ['feeds', buildOnce],
  ['schedule', scheduleOnce],
  ['archive', archiveOnce],
  // Whoever left or cannot get mail gets no more.
  ['inbound', readOnce],
  ['delivery', deliverOnce],
  ['notices', answerOnce],
  ['schedule', tellOnce],
  ['hooks', notifyOnce],
];

/**
 * Does the due work of the parts, one after the other, for cron and CI. Returns 0 if everything is done,
 * else the first other code: 65 posts were left out, 69 a relay is away, 75 some messages wait. An error
 * in one part is logged and does not stop the others.
 */
export async function runOnce(
  deps: ServiceDependencies,
  names: readonly ServicePartName[],
  signal: AbortSignal,
): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  for (const [name, round] of ROUNDS) {
    if (!names.includes(name)) continue;
    if (signal.aborted) return EXIT.tryAgain;
    const own = await round(deps, signal).catch((error: unknown) => {
      if (error instanceof BroadsheetError) {
        deps.log.trouble(error.message, { part: name });
        return error.exitCode;
      }
      const message = 'a part failed because of a bug; please report it';
      deps.log.failure(message, error, { part: name });
      return EXIT.software;
    });
    if (code === EXIT.ok) code = own;
  }
  return code;
}

async function buildOnce({ config, clock, log }: ServiceDependencies): Promise<ExitCode> {
  const { posts, feeds } = await buildFeeds(config, { now: clock(), log });
  for (const { reason, ...place } of posts.leftOut) {
    log.trouble(formatProblem({ ...place, message: reason }));
  }
  const changed = feeds.filter((feed) => feed.changed).length;
  log.event('feeds built', { posts: posts.published, documents: feeds.length, changed });
  return posts.leftOut.length > 0 ? EXIT.data : EXIT.ok;
}

async function scheduleOnce(deps: ServiceDependencies, signal: AbortSignal): Promise<ExitCode> {
  await checkScheduleApart(deps, openCalendars(deps.config, deps.log), signal);
  await askEditors(deps, signal);
  return EXIT.ok;
}

async function archiveOnce(deps: ServiceDependencies): Promise<ExitCode> {
  const { config, store, clock, log, textsOf } = deps;
  const lists = openArchiveLists(config, textsOf);
  const report = await publishArchive({ config, store, clock, log, textsOf, lists });
  for (const { file, message } of report.warnings) log.trouble(`${file}  ${message}`);
  return EXIT.ok;
}

async function deliverOnce(deps: ServiceDependencies, signal: AbortSignal): Promise<ExitCode> {
  const rounds = await Promise.all(
    deps.config.newsletters.map((newsletter) => deliverNewsletter(deps, newsletter, signal)),
  );
  if (rounds.some(({ isTrouble }) => isTrouble)) return EXIT.unavailable;
  return signal.aborted || rounds.some(({ waitMs }) => Number.isFinite(waitMs))
    ? EXIT.tryAgain
    : EXIT.ok;
}

async function readOnce(deps: ServiceDependencies, signal: AbortSignal): Promise<ExitCode> {
  const mails = await readReturnedOnce(deps, signal);
  if (mails > 0) deps.log.event('returned mail read', { mails });
  return EXIT.ok;
}

async function answerOnce(deps: ServiceDependencies, signal: AbortSignal): Promise<ExitCode> {
  const routes = openNoticeRoutes(deps);
  try {
    await answerAll(deps, () => routes, signal);
    return EXIT.ok;
  } finally {
    await Promise.all(routes.map(({ relay }) => relay.close()));
  }
}

async function notifyOnce(deps: ServiceDependencies, signal: AbortSignal): Promise<ExitCode> {
  await tidyHookEvents(deps);
  await sendDueHooks(deps, signal);
  return EXIT.ok;
}

/** After the delivery: reports the outcome of slots. */
async function tellOnce(deps: ServiceDependencies, signal: AbortSignal): Promise<ExitCode> {
  await reportOutcomes(deps, openCalendars(deps.config, deps.log), signal);
  return EXIT.ok;
}
