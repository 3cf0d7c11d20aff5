import type { StoreDependencies } from '../../database/dependencies.ts';
import { storedInstant } from '../../database/instants.ts';
import { draftEdition } from '../../editions/compose/draft-edition.ts';
import type { ComposeDependencies } from '../../editions/edition-dependencies.ts';
import { findEdition, type StoredEdition } from '../../editions/queries/editions.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { NO_POSTS, type PostNotes } from '../../posts/report-posts.ts';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { countSubscribers } from '../../subscribers/queries/subscribers.ts';
import type { DeliveryTable } from '../delivery.ts';
import { quickTable } from '../queries/deliveries.ts';
import {
  countDue,
  countUndecided,
  findFailed,
  findUnfinished,
  nextRetry,
  type Undecided,
  type Unfinished,
} from '../queries/unfinished.ts';
import { mostDoubtsResent, type SendOptions, type SendPreparation } from './send-report.ts';
import { freshSince } from './settle-ledger.ts';

/** For a stored edition: it reads no posts. */
const NO_NOTES: PostNotes = {
  posts: NO_POSTS,
  warnings: [],
};

const NOTHING_PLANNED: DeliveryTable = {
  planned: 0,
  accepted: 0,
  returned: 0,
  deferred: 0,
  failed: 0,
  suppressed: 0,
  inDoubt: 0,
  queued: 0,
};

const NONE_UNDECIDED: Undecided = { undecided: 0, doubtedAgain: 0 };

export interface PrepareOptions extends SendOptions {
  readonly newsletter: string;
  readonly edition?: string;
}

/**
 * Finds what `send` should send: the edition named `edition`, else the oldest unfinished one, else
 * a new one. An edition that waits for an editor counts only if it is named or `resume` is set.
 * Stores nothing, so it is also the dry run. Throws a usage error if the edition does not exist or
 * was cancelled, and the errors of composing.
 */
export async function prepareSend(
  deps: ComposeDependencies,
  { newsletter: newsletterId, edition: editionId, ...options }: PrepareOptions,
): Promise<SendPreparation> {
  const newsletter = findNewsletter(deps.config, newsletterId);
  const prepare = async (id: string) =>
    prepareStored(deps, newsletter, await storedEdition(deps, newsletter, id), options);
  const { retryFailed, resume } = options;
  const failed = () => findFailed(deps.store.db, newsletter.id, { orRefused: resume === true });
  const named = editionId ?? (retryFailed ? await failed() : undefined);
  if (named !== undefined) return prepare(named);
  const since = freshSince(newsletter, deps.clock());
  const unfinished = await findUnfinished(deps.store.db, newsletter.id, since);
  const now = storedInstant(deps.clock());
  const isDue = (each: Unfinished) =>
    (resume === true || !each.isPaused) && canGo(each, now, mostDoubtsResent(newsletter, options));
  const due = unfinished.find(isDue);
  if (due !== undefined) return prepare(due.edition);
  const prepared = await prepareNew(deps, newsletter, options);
  const [waiting] = unfinished;
  return prepared.kind !== 'nothingNew' || waiting === undefined
    ? prepared
    : prepare(waiting.edition);
}

function canGo(each: Unfinished, now: string, mostDoubts: number): boolean {
  const isRetried = each.retryAt !== undefined && each.retryAt <= now;
  const isResent = each.fewestDoubts !== undefined && each.fewestDoubts <= mostDoubts;
  return each.isQueued || isRetried || isResent;
}

async function storedEdition(
  { store }: StoreDependencies,
  newsletter: NewsletterSettings,
  id: string,
): Promise<StoredEdition> {
  const stored = await findEdition(store.db, id);
  if (stored?.edition.newsletter !== newsletter.id) {
    const remedy = 'see `broadsheet editions list`';
    throw new BroadsheetError(EXIT.usage, `${newsletter.id} has no edition "${id}"; ${remedy}`);
  }
  if (stored.cancelledAt !== undefined) {
    const remedy = 'leave out --edition to send the next one';
    throw new BroadsheetError(EXIT.usage, `${id}  was cancelled; ${remedy}`);
  }
  return stored;
}

async function prepareStored(
  { store, clock }: StoreDependencies,
  newsletter: NewsletterSettings,
  { edition, plannedAt, pause }: StoredEdition,
  options: SendOptions,
): Promise<SendPreparation> {
  const deliveries = await quickTable(store.db, edition.id);
  const isResumed =
    pause?.by === 'relay' ||
    (pause?.by === 'retraction' && options.asComposed === true) ||
    (options.resume === true && pause?.by !== 'approval');
  if (pause !== undefined && !isResumed) {
    return { ...NO_NOTES, kind: 'paused', edition, deliveries, pause };
  }
  const now = storedInstant(clock());
  const mostDoubts = mostDoubtsResent(newsletter, options);
  const due = { now, mostDoubts, failed: options.retryFailed === true };
  const recipients =
    plannedAt === undefined
      ? await countSubscribers(store.db, edition.newsletter)
      : deliveries.queued + (await countDue(store.db, edition.id, due));
  if (recipients === 0 && options.inDoubt === undefined) {
    const retryAt = await nextRetry(store.db, edition.id);
    const isAsked = newsletter.whenInDoubt !== 'skip';
    const undecided = isAsked ? await countUndecided(store.db, edition.id) : NONE_UNDECIDED;
    return { ...NO_NOTES, kind: 'nobody', edition, deliveries, ...undecided, retryAt };
  }
  const state = plannedAt === undefined ? 'composed' : 'unfinished';
  const saveFiles = async () => {};
  return { ...NO_NOTES, kind: 'ready', edition, state, recipients, deliveries, options, saveFiles };
}

async function prepareNew(
  deps: ComposeDependencies,
  newsletter: NewsletterSettings,
  options: SendOptions,
): Promise<SendPreparation> {
  const { edition, saveFiles, ...notes } = await draftEdition(deps, newsletter);
  if (edition === undefined) return { ...notes, kind: 'nothingNew' };
  const recipients = await countSubscribers(deps.store.db, newsletter.id);
  const deliveries = NOTHING_PLANNED;
  // No recipients: keep its posts for the next edition with recipients.
  if (recipients === 0) return { ...notes, kind: 'nobody', edition, deliveries, ...NONE_UNDECIDED };
  return {
    ...notes,
    kind: 'ready',
    edition,
    state: 'new',
    recipients,
    deliveries,
    options,
    saveFiles,
  };
}
