import { storedInstant } from '../../database/instants.ts';
import type { Database } from '../../database/tables.ts';
import { publishEditionPage } from '../../editions/archive/publish-edition-page.ts';
import type { Edition } from '../../editions/edition.ts';
import { lockEdition } from '../../editions/queries/editions.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { checkSplitBrain } from '../../recovery/split-brain-guard.ts';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { endBounced } from '../bounces/end-bounced.ts';
import { balances } from '../delivery.ts';
import { assertPasses } from '../gate/finding.ts';
import { inspectEdition } from '../gate/inspect-edition.ts';
import { prepareMessages } from '../message/prepare-messages.ts';
import { deliveryTable, doubtedDeliveries, failedDeliveries } from '../queries/deliveries.ts';
import {
  failCancelled,
  failWaiting,
  noteAsComposed,
  pauseEdition,
  resendDoubted,
  resumeEdition,
  retryFailed,
  skipDoubted,
} from '../queries/edition-changes.ts';
import { sendersOf } from '../queries/senders.ts';
import { countUndecided, nextRetry } from '../queries/unfinished.ts';
import { openRelays } from '../relay/open-relays.ts';
import type { SendDependencies } from '../send-dependencies.ts';
import { checkService, requireSecret } from './check-service.ts';
import { planEdition } from './plan-edition.ts';
import { recordSend } from './record-send.ts';
import { openRoutes } from './routes.ts';
import {
  mostDoubtsResent,
  policyOf,
  type ReadySend,
  reportEdition,
  type SendOptions,
  type SendReport,
  type Stopped,
} from './send-report.ts';
import { type RunResult, runSend, type SendRunInput } from './send-run.ts';
import { startSender } from './sender-lease.ts';

/**
 * Stores the edition if it is new, and plans one delivery for each active subscriber, in one
 * transaction. Writes the edition's page to the output folder, because messages link to it. Then
 * sends what is not sent yet.
 *
 * A second run continues where the first stopped. Nobody gets an edition twice, except the
 * deliveries that the report lists as in doubt. When `signal` is aborted, it finishes the messages
 * in flight and requeues the others. Throws before anything is stored if a relay's URL or the
 * secret is wrong or missing, a DKIM key cannot be read,
 * the database is on hold, readers could not unsubscribe, or the edition does not pass the gate.
 */
export async function deliverEdition(
  deps: SendDependencies,
  send: ReadySend,
  signal?: AbortSignal,
): Promise<SendReport> {
  const { config, store, clock } = deps;
  const { edition, options } = send;
  const newsletter = findNewsletter(config, edition.newsletter);
  requireSecret(config);
  await checkSplitBrain(deps);
  const isForced = options.force === true;
  if (send.state !== 'unfinished') {
    await checkService(deps, { isForced });
    const inspect = () => inspectEdition(deps, newsletter, edition);
    if (!isForced) assertPasses(edition, send.findings ?? (await inspect()));
  }
  const routes = openRoutes(openRelays(deps), store);
  const template = await prepareMessages({ ...config, edition, newsletter });
  await planEdition(deps, send);
  const page = await publishEditionPage(deps, newsletter, edition.id);
  const record = await recordSend(deps, edition);
  const sender = await startSender(store, edition.id, storedInstant(clock()));
  try {
    const freshUntil = await reopen(deps, edition, newsletter, options);
    const run: SendRunInput = {
      deps,
      edition,
      template,
      sender: sender.id,
      routes,
      recipients: send.recipients,
      freshUntil,
      triesAtOnce: options.resume === true,
    };
    const result = await runSend(run, signal);
    const bounced = await conclude(run, newsletter, options, result.stopped);
    return { ...(await report(store.db, edition, result)), bounced, page };
  } finally {
    await Promise.all(routes.map(({ relay }) => relay.close()));
    for (const { quota } of routes) await quota.end().catch(() => {});
    await record.end();
    await sender.end();
  }
}

/**
 * Before sending: resumes the edition, and requeues what is to be sent again. Returns the time
 * until which its messages may go out.
 */
async function reopen(
  { store, clock }: SendDependencies,
  edition: Edition,
  newsletter: NewsletterSettings,
  options: SendOptions,
): Promise<Temporal.Instant> {
  const at = storedInstant(clock());
  const policy = policyOf(newsletter, options);
  return store.transaction(async (db) => {
    await resumeEdition(db, edition.id, options.resume ? undefined : 'relay');
    const mostDoubts = mostDoubtsResent(newsletter, options);
    if (policy === 'resend') await resendDoubted(db, edition.id, at, mostDoubts);
    if (policy === 'skip') await skipDoubted(db, edition.id, at);
    if (options.retryFailed) await retryFailed(db, edition.id, at);
    if (options.asComposed) {
      await resumeEdition(db, edition.id, 'retraction');
      await noteAsComposed(db, edition.id, at);
    }
    const { freshFrom, edition: stored } = (await lockEdition(db, edition.id)) ?? {};
    if (stored !== undefined && !isSameMail(stored, edition)) {
      const fact = 'was composed anew meanwhile; run the command again to send that';
      throw new BroadsheetError(EXIT.tryAgain, `${edition.id}  ${fact}`);
    }
    if (freshFrom === undefined) throw new Error(`${edition.id} was planned and is not`);
    const hours = newsletter.staleAfterHours;
    return Temporal.Instant.from(freshFrom).add({ hours });
  });
}

function isSameMail(a: Edition, b: Edition): boolean {
  return a.subject === b.subject && a.html === b.html && a.text === b.text;
}

/**
 * After sending: pauses the edition if the stop reason asks for it, fails stale deliveries, ends
 * dead subscriptions.
 */
async function conclude(
  { deps, edition, sender }: SendRunInput,
  newsletter: NewsletterSettings,
  options: SendOptions,
  stopped: Stopped | undefined,
): Promise<readonly EmailAddress[]> {
  const { db } = deps.store;
  const at = storedInstant(deps.clock());
  await failCancelled(db, newsletter.id, at);
  if (policyOf(newsletter, options) === 'skip') await skipDoubted(db, edition.id, at);
  if (stopped?.because === 'refusals') {
    await pauseEdition(db, edition.id, { by: 'refusals', reason: stopped.message, at });
  }
  if (stopped?.because === 'relay') {
    // A relay that accepts no more connections from us may still serve another sender of the edition.
    const isAlone = (await sendersOf(db, edition.id)).every(({ id }) => id === sender);
    if (isAlone) await pauseEdition(db, edition.id, { by: 'relay', reason: stopped.message, at });
  }
  if (stopped?.because === 'stale') await failWaiting(db, [edition.id], 'stale', at);
  return endBounced(deps, edition.id, newsletter);
}

async function report(
  db: Database,
  edition: Edition,
  { sent, stopped }: RunResult,
): Promise<Omit<SendReport, 'bounced' | 'page'>> {
  const deliveries = await deliveryTable(db, edition.id);
  if (!balances(deliveries)) {
    const table = JSON.stringify(deliveries);
    throw new BroadsheetError(EXIT.software, `${edition.id}  the books do not balance: ${table}`);
  }
  return {
    edition: reportEdition(edition),
    deliveries,
    sent,
    inDoubt: await doubtedDeliveries(db, edition.id),
    failures: await failedDeliveries(db, edition.id),
    ...(await countUndecided(db, edition.id)),
    retryAt: stopped?.retryAt ?? (await nextRetry(db, edition.id)),
    stopped,
  };
}
