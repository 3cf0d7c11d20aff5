import { setTimeout as wait } from 'node:timers/promises';
import { storedInstant } from '../database/instants.ts';
import type { Route } from '../delivery/run/routes.ts';
import type { ServiceDependencies, ServicePart } from '../delivery/send-dependencies.ts';
import { BroadsheetError } from '../kernel/errors.ts';
import { checkSplitBrain } from '../recovery/split-brain-guard.ts';
import { hasDueNotice } from '../subscribers/queries/notice-queue.ts';
import { askedNotices, type StoredNotice } from '../subscribers/queries/notices.ts';
import { unansweredSignUps } from '../subscribers/queries/sign-ups.ts';
import { answerAsked } from './answer-asked.ts';
import { answerSignUp } from './answer-sign-up.ts';
import { composeForNobody } from './compose-notice.ts';
import { forgetRequests } from './forget-requests.ts';
import { areWorking, openNoticeRoutes, sendNotices } from './send-notices.ts';

/** Another process may have stored a request. It can't notify this one. */
const LOOK_AGAIN_MS = 5000;

const AFTER_TROUBLE_MS = 30_000;

const FORGET_EVERY_MS = 600_000;

/** Time for sends in progress when the service has to stop. */
const STOP_MS = 8000;

const AT_ONCE = 100;

/**
 * The part of the service that answers requests from the site. It decides which mail each request gets,
 * sends the mails, and deletes expired requests. While the database is on hold, it decides and sends
 * nothing: requests wait.
 */
export const answerRequests: ServicePart = async (deps, signal) => {
  const { log, signals, machineClock } = deps;
  const routes = lazily(() => openNoticeRoutes(deps));
  let stopping: NodeJS.Timeout | undefined;
  const stop = () => {
    signals.notices.notify();
    stopping = setTimeout(() => drop(routes.opened()), STOP_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  let forgotAt = -Infinity;
  let trouble = '';
  while (!signal.aborted) {
    // Before the queries: a request that is stored during them must wake this loop.
    const woken = signals.notices.wait(LOOK_AGAIN_MS);
    try {
      if (Math.abs(machineClock().epochMilliseconds - forgotAt) > FORGET_EVERY_MS) {
        forgotAt = machineClock().epochMilliseconds;
        noteForgotten(deps, await forgetRequests(deps));
      }
      await answerAll(deps, routes.open, signal);
      await Promise.all(routes.opened().map(({ relay }) => relay.close()));
      trouble = '';
      await woken;
    } catch (error) {
      const message = String(error);
      // Log it once: a database may be on hold for hours.
      if (message !== trouble) tell(deps, error);
      trouble = message;
      await wait(AFTER_TROUBLE_MS, undefined, { signal }).catch(() => {});
    }
  }
  signal.removeEventListener('abort', stop);
  await Promise.all(routes.opened().map(({ relay }) => relay.close()));
  clearTimeout(stopping);
  log.detail('site mails stopped');
};

/**
 * Answers all requests and sends all due notices, once. Throws a config error if the database is on hold
 * or a relay has no URL.
 */
export async function answerAll(
  deps: ServiceDependencies,
  routes: () => readonly Route[],
  signal?: AbortSignal,
): Promise<void> {
  const { db } = deps.store;
  let hasMore = true;
  while (hasMore && signal?.aborted !== true) {
    const signUps = await unansweredSignUps(db, AT_ONCE);
    const asked = await askedNotices(db, AT_ONCE);
    const isDue = await hasDueNotice(db, storedInstant(deps.clock()));
    if (signUps.length + asked.length === 0 && !isDue) return;
    await checkSplitBrain(deps);
    for (const signUp of signUps) await answerSignUp(deps, signUp);
    const forNobody: StoredNotice[] = [];
    for (const notice of asked) {
      if (!(await answerAsked(deps, notice))) forNobody.push(notice);
    }
    const opened = routes();
    // While no relay works, no decoy mail is composed.
    if (await areWorking(deps, opened)) {
      for (const notice of forNobody) await composeForNobody(deps, notice);
    }
    const sent = await sendNotices(deps, opened);
    hasMore = signUps.length + asked.length + sent > 0;
  }
}

/** Opens routes when there is something to send. Without a relay's URL, everything else still works. */
function lazily(open: () => readonly Route[]) {
  let opened: readonly Route[] | undefined;
  return {
    open() {
      opened ??= open();
      return opened;
    },
    opened: () => opened ?? [],
  };
}

function drop(routes: readonly Route[]): void {
  for (const { relay } of routes) relay.drop();
}

function tell({ log }: ServiceDependencies, error: unknown): void {
  const what = 'requests of the site wait to be answered';
  if (error instanceof BroadsheetError) log.trouble(`${what}: ${error.message}`);
  else log.failure(what, error);
}

function noteForgotten({ log }: ServiceDependencies, forgotten: object): void {
  const counts = Object.entries(forgotten) as [string, number][];
  if (counts.some(([, count]) => count > 0))
    log.event('expired requests deleted', Object.fromEntries(counts));
}
