import { EXIT, type ExitCode } from '../../base/errors.ts';
import { publishArchive } from '../../jobs/archive/publish-archive.ts';
import { buildFeeds } from '../../jobs/feeds/build-feeds.ts';
import { askEditors } from '../../jobs/schedule/ask-editors.ts';
import { lookAtSchedule } from '../../jobs/schedule/look-at-schedule.ts';
import { openCalendars } from '../../jobs/schedule/open-calendars.ts';
import { tellOutcomes } from '../../jobs/schedule/tell-outcomes.ts';
import { deliverNewsletter } from '../../jobs/service/deliver-newsletter.ts';
import type { ServiceDependencies } from '../../jobs/service/service-part.ts';
import { formatProblem } from '../../model/problem.ts';
import { openArchiveLists } from '../../web/pages/archive-lists.ts';
import type { ServicePartName } from './service-parts.ts';

/** Does what is due of one part, and gives the exit code that says how far it came. */
type Round = (deps: ServiceDependencies, signal: AbortSignal) => Promise<ExitCode>;

/** In the order in which one makes work for the next. */
const ROUNDS: ReadonlyMap<ServicePartName, Round> = new Map([
  ['feeds', buildOnce],
  ['schedule', scheduleOnce],
  ['delivery', deliverOnce],
  ['archive', archiveOnce],
]);

/**
 * Does what is due now of the parts, one after the other, for cron and CI. Gives 0 where everything
 * is done, else the first code that says otherwise: 65 posts were left out, 75 some messages wait.
 */
export async function runOnce(
  deps: ServiceDependencies,
  names: readonly ServicePartName[],
  signal: AbortSignal,
): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  for (const [name, round] of ROUNDS) {
    if (signal.aborted) return EXIT.tryAgain;
    if (!names.includes(name)) continue;
    const own = await round(deps, signal);
    if (code === EXIT.ok) code = own;
  }
  return code;
}

async function scheduleOnce(deps: ServiceDependencies, signal: AbortSignal): Promise<ExitCode> {
  const newsletters = openCalendars(deps.config, deps.log);
  await lookAtSchedule(deps, newsletters);
  await askEditors(deps, signal);
  await tellOutcomes(deps, newsletters, signal);
  return EXIT.ok;
}

/** And tells how slots ended by that: nobody may look again today. */
async function deliverOnce(deps: ServiceDependencies, signal: AbortSignal): Promise<ExitCode> {
  let isAllSent = true;
  for (const newsletter of deps.config.newsletters) {
    const { isTrouble, waitMs } = await deliverNewsletter(deps, newsletter, signal);
    isAllSent &&= !isTrouble && waitMs === Number.POSITIVE_INFINITY;
  }
  await tellOutcomes(deps, openCalendars(deps.config, deps.log), signal);
  return isAllSent ? EXIT.ok : EXIT.tryAgain;
}

async function archiveOnce(deps: ServiceDependencies): Promise<ExitCode> {
  const { config, store, clock, log, textsOf } = deps;
  const lists = openArchiveLists(config, textsOf);
  const report = await publishArchive({ config, store, clock, log, textsOf, lists });
  for (const warning of report.warnings) log.trouble(formatProblem(warning));
  const { editions, changed, removed } = report;
  log.event('archive written', { editions, changed, removed });
  return EXIT.ok;
}

async function buildOnce({ config, clock, log }: ServiceDependencies): Promise<ExitCode> {
  const { posts, feeds } = await buildFeeds(config, { now: clock(), log });
  for (const { reason, ...place } of posts.leftOut) {
    log.trouble(formatProblem({ ...place, message: reason }));
  }
  const changed = feeds.filter((feed) => feed.changed).length;
  log.event('feeds were built', { posts: posts.published, documents: feeds.length, changed });
  return posts.leftOut.length > 0 ? EXIT.data : EXIT.ok;
}
