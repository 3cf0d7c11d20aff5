import { setTimeout as wait } from 'node:timers/promises';
import { storedInstant } from '../database/instants.ts';
import type { Route } from '../delivery/run/routes.ts';
import type { ServiceDependencies, ServicePart } from '../delivery/send-dependencies.ts';
import { BroadsheetError } from '../kernel/errors.ts';
import { checkSplitBrain } from '../recovery/split-brain-guard.ts';
import {
  hasDueMail,
  requestedMails,
  type TransactionalMail,
} from '../subscribers/queries/mails.ts';
import { admitMail } from './admit-mail.ts';
import { composeForNobody } from './compose-mail.ts';
import { forgetRequests } from './forget-requests.ts';
import { areWorking, openNoticeRoutes, sendMails } from './send-mails.ts';

/** Another process may have stored a request. It can't notify this one. */
const LOOK_AGAIN_MS = 5000;

const AFTER_TROUBLE_MS = 30_000;

const FORGET_EVERY_MS = 600_000;

/** Time for sends in progress when the service has to stop. */
const STOP_MS = 8000;

const AT_ONCE = 100;

/**
 * The part of the service that answers requests from the site. It decides which requests get a mail,
 * sends the mails, and deletes expired requests. While the database is on hold, it decides and sends
 * nothing: requests wait.
 */
export const answerRequests: ServicePart = async (deps, signal) => {
  const { log, signals, machineClock } = deps;
  let routes: readonly Route[] = [];
  // Opened when there is something to send: without a relay's URL, everything else still works.
  const open = () => {
    if (routes.length === 0) routes = openNoticeRoutes(deps);
    return routes;
  };
  const close = () => Promise.all(routes.map(({ relay }) => relay.close()));
  let stopping: NodeJS.Timeout | undefined;
  const stop = () => {
    signals.notices.notify();
    stopping = setTimeout(() => routes.forEach(({ relay }) => void relay.drop()), STOP_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  let forgotAt = -Infinity;
  let trouble = '';
  while (!signal.aborted) {
    // Before the queries: a request that is stored during them must wake this loop.
    const woken = signals.notices.wait(LOOK_AGAIN_MS);
    try {
      const now = machineClock().epochMilliseconds;
      if (Math.abs(now - forgotAt) > FORGET_EVERY_MS) {
        forgotAt = now;
        const forgotten = await forgetRequests(deps);
        if (Object.values(forgotten).some((count) => count > 0))
          log.event('expired requests deleted', { ...forgotten });
      }
      await answerAll(deps, open, signal);
      await close();
      trouble = '';
      await woken;
    } catch (error) {
      // Log it once: a database may be on hold for hours.
      if (String(error) !== trouble) logTrouble(deps, error);
      trouble = String(error);
      await wait(AFTER_TROUBLE_MS, undefined, { signal }).catch(() => {});
    }
  }
  signal.removeEventListener('abort', stop);
  await close();
  clearTimeout(stopping);
  log.detail('site mails stopped');
};

function logTrouble({ log }: ServiceDependencies, error: unknown): void {
  const message = 'requests of the site wait to be answered';
  if (error instanceof BroadsheetError) log.trouble(`${message}: ${error.message}`);
  else log.failure(message, error);
}

/**
 * Answers all requests and sends all due mails, once. Throws a config error if the database is on hold or
 * a relay has no URL.
 */
export async function answerAll(
  deps: ServiceDependencies,
  routes: () => readonly Route[],
  signal?: AbortSignal,
): Promise<void> {
  const { db } = deps.store;
  let hasMore = true;
  while (hasMore && signal?.aborted !== true) {
    const requested = await requestedMails(db, AT_ONCE);
    const isDue = await hasDueMail(db, storedInstant(deps.clock()));
    if (requested.length === 0 && !isDue) return;
    await checkSplitBrain(deps);
    const forNobody: TransactionalMail[] = [];
    for (const mail of requested) {
      if (!(await admitMail(deps, mail))) forNobody.push(mail);
    }
    const opened = routes();
    // While no relay works, no decoy mail is composed.
    if (await areWorking(deps, opened)) {
      for (const mail of forNobody) await composeForNobody(deps, mail);
    }
    const sent = await sendMails(deps, opened);
    hasMore = requested.length + sent > 0;
  }
}
