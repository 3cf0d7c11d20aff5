import { setTimeout as wait } from 'node:timers/promises';
import type { StoreDependencies } from '../database/dependencies.ts';
import { lockIdentity } from '../database/identity.ts';
import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import type { Route } from '../delivery/run/routes.ts';
import type { ServiceDependencies, ServicePart } from '../delivery/send-dependencies.ts';
import { BroadsheetError } from '../kernel/errors.ts';
import { checkSplitBrain } from '../recovery/split-brain-guard.ts';
import { queueReports } from '../reports/queue-reports.ts';
import {
  changeSubscriptions,
  type SubscriptionWriter,
} from '../subscribers/change-subscriptions.ts';
import { newSubscriber } from '../subscribers/new-subscriber.ts';
import { forgetAddressChanges } from '../subscribers/queries/address-changes.ts';
import {
  countMailsTo,
  dropMails,
  forgetMails,
  hasDueMail,
  lockRequestedMail,
  queueMail,
  requestedMails,
  type TransactionalMail,
} from '../subscribers/queries/mails.ts';
import { forgetRequestNetworks } from '../subscribers/queries/request-networks.ts';
import { forgetSignUps, lockSignUp, signUpsOf } from '../subscribers/queries/sign-ups.ts';
import { MOST_AT_ONCE } from '../subscribers/queries/subscribers.ts';
import { lockSubscriptions } from '../subscribers/queries/subscriptions.ts';
import { type AskedSoFar, askReaders, pauseSilent } from './ask-readers.ts';
import { composeForNobody } from './compose-mail.ts';
import { consentOf } from './confirm-sign-up.ts';
import { findMailContent, type MailContent } from './mail-content.ts';
import { AT_ONCE, countToTry, openNoticeRoutes, sendMails } from './send-mails.ts';

/** Another process may have stored a request. It can't notify this one. */
const LOOK_AGAIN_MS = 5000;

const AFTER_TROUBLE_MS = 30_000;

const FORGET_EVERY_MS = 600_000;

/** Time for sends in progress when the service has to stop. */
const STOP_MS = 8000;

const DECIDED_AT_ONCE = 100;

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
  const askedSoFar: AskedSoFar = new Map();
  let trouble = '';
  while (!signal.aborted) {
    // Before the queries: a request that is stored during them must wake this loop.
    const woken = signals.notices.wait(LOOK_AGAIN_MS);
    try {
      const now = machineClock().epochMilliseconds;
      if (Math.abs(now - forgotAt) > FORGET_EVERY_MS) {
        forgotAt = now;
        const forgotten = await forgetRequests(deps);
        const isAny = Object.values(forgotten).some((count) => count > 0);
        if (isAny) log.event('expired requests deleted', forgotten);
        await queueReports(deps);
        await attendToSilence(deps, askedSoFar);
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

/** Asks silent readers, and pauses those who did not answer. Nothing while the database is on hold. */
async function attendToSilence(deps: ServiceDependencies, soFar: AskedSoFar): Promise<void> {
  if (deps.config.newsletters.every(({ sunset }) => sunset === undefined)) return;
  await checkSplitBrain(deps);
  const paused = await pauseSilent(deps);
  const asked = await askReaders(deps, soFar);
  if (paused + asked > 0) deps.log.event('silent readers', { asked, paused });
}

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
    const requested = await requestedMails(db, DECIDED_AT_ONCE);
    const isDue = await hasDueMail(db, storedInstant(deps.clock()));
    if (requested.length === 0 && !isDue) return;
    await checkSplitBrain(deps);
    const admitted = await admitMails(deps, requested);
    const forNobody = requested.filter((_, at) => admitted[at] === false);
    const opened = routes();
    const limit = await countToTry(deps, opened);
    // While no relay works, no decoy mail is composed.
    if (limit === AT_ONCE) {
      for (const mail of forNobody) await composeForNobody(deps, mail);
    }
    const sent = await sendMails(deps, opened, limit);
    hasMore = requested.length + sent > 0;
  }
}

/** Requests that share a transaction: others wait for its locks. */
const TOGETHER = 20;

/**
 * Decides whether an address gets the mail that a form requested: if there is something to tell it, and
 * the mailbox is within its limit. Unknown people who signed up become pending subscribers. Returns
 * whether each of `mails` is sent. False also if it was decided before.
 */
export async function admitMails(
  deps: StoreDependencies,
  mails: readonly TransactionalMail[],
): Promise<readonly boolean[]> {
  const admitted: boolean[] = [];
  for (let from = 0; from < mails.length; from += TOGETHER) {
    admitted.push(...(await admitTogether(deps, mails.slice(from, from + TOGETHER))));
  }
  return admitted;
}

async function admitTogether(
  deps: StoreDependencies,
  mails: readonly TransactionalMail[],
): Promise<readonly boolean[]> {
  return deps.store.transaction(async (db) => {
    // The counts of two decisions at the same time must include each other.
    await lockIdentity(db);
    return changeSubscriptions(db, deps.config, async (writer) => {
      const admitted: boolean[] = [];
      for (const mail of mails) admitted.push(await admitMail(deps, db, writer, mail));
      return admitted;
    });
  });
}

async function admitMail(
  deps: StoreDependencies,
  db: Database,
  writer: SubscriptionWriter,
  mail: TransactionalMail,
): Promise<boolean> {
  const { config, clock } = deps;
  const { id, kind, address, about = '', mailboxHash = '' } = mail;
  const now = clock();
  const at = storedInstant(now);
  if (!(await lockRequestedMail(db, id))) return false;
  if (kind === 'confirm') await lockSignUp(db, about);
  await lockSubscriptions(db, address);
  const content = await findMailContent(deps, db, mail);
  const most = content?.isRare ? 1 : config.web.signUp.perAddressPerDay;
  const since = storedInstant(now.subtract({ hours: 24 }));
  if (content === undefined || (await countMailsTo(db, mailboxHash, since)) >= most) {
    await dropMails(db, at).where('id', '=', id).execute();
    return false;
  }
  // A sign-up may wait for days, while the database is on hold: its mail is as old as this decision.
  await queueMail(db, id, kind === 'confirm' ? at : mail.at);
  if (content.toBegin !== undefined) await addPending(db, writer, content.toBegin);
  return true;
}

/** The status of people who left before does not change until they confirm. */
async function addPending(
  db: Database,
  writer: SubscriptionWriter,
  { signUp, statuses }: NonNullable<MailContent['toBegin']>,
): Promise<void> {
  const consent = consentOf(signUp);
  const { address, at, source } = signUp;
  const earlier = await signUpsOf(db, address);
  const unknown = statuses
    .filter(({ status }) => status === 'none')
    .map(({ newsletter }) =>
      newSubscriber({ newsletter, address, consent, status: 'pending', changedAt: at }),
    );
  // People who are pending by an import stay pending when the sign-up expires.
  const again = statuses.flatMap(({ status, subscription }) =>
    status === 'pending' &&
    subscription !== undefined &&
    earlier.some((each) => {
      const { consent: before } = subscription;
      return each.at === before.at && each.source === before.source;
    })
      ? [{ id: subscription.id, event: { kind: 'signedUp', consent, at, source } as const }]
      : [],
  );
  await writer.add(unknown, source);
  await writer.apply(again);
}

/** How long settled mails are kept. No budget counts more than one day. */
const MAIL_HOURS = 48;

/**
 * Deletes expired data: sign-ups and addresses that were not confirmed in time, subscribers who are still
 * pending by such a sign-up, and mails that were sent. Returns how many.
 */
export async function forgetRequests({ config, store, clock }: StoreDependencies) {
  const now = clock();
  const at = storedInstant(now);
  const before = storedInstant(now.subtract({ hours: MAIL_HOURS }));
  const event = { kind: 'lapsed', at, source: 'not confirmed' } as const;
  return store.transaction(async (db) => {
    await forgetRequestNetworks(db, before);
    const { signUps, unconfirmed } = await forgetSignUps(db, at);
    const lapsed = unconfirmed.map((id) => ({ id, event }));
    const pending = await changeSubscriptions(db, config, async (writer) => {
      let count = 0;
      for (let start = 0; start < lapsed.length; start += MOST_AT_ONCE) {
        count += (await writer.apply(lapsed.slice(start, start + MOST_AT_ONCE))).length;
      }
      return count;
    });
    return {
      pending,
      signUps,
      addressChanges: await forgetAddressChanges(db, at),
      mails: await forgetMails(db, before),
    };
  });
}
