import { BroadsheetError, EXIT } from '../base/errors.ts';
import type { NewsletterSettings } from '../model/settings.ts';
import { countDue, deliveryTable, findUnfinished, nextRetry } from '../store/deliveries.ts';
import { findEdition, type StoredEdition } from '../store/editions.ts';
import { storedInstant } from '../store/instants.ts';
import { countActive } from '../store/subscribers.ts';
import { draftEdition } from './draft-edition.ts';
import { findNewsletter } from './find-newsletter.ts';
import type { ComposeDependencies, StoreDependencies } from './mail-dependencies.ts';
import type { PostNotes } from './report-posts.ts';
import { STALE_AFTER_HOURS } from './retry-delay.ts';
import type { SendPreparation } from './send-report.ts';

/** A stored edition asks for no post. */
const NO_NOTES: PostNotes = {
  posts: { read: 0, published: 0, drafts: 0, future: 0, leftOut: [] },
  warnings: [],
};

const NOTHING_PLANNED = {
  ...{ planned: 0, accepted: 0, deferred: 0, failed: 0 },
  ...{ suppressed: 0, inDoubt: 0, queued: 0 },
};

/**
 * Finds what `send` is to send: the edition called `edition`, else the oldest that is not
 * finished, else a new one. Stores nothing, so it is a dry run by itself. Throws a usage error for
 * an edition that there is not, and what composing throws.
 */
export async function prepareSend(
  deps: ComposeDependencies,
  options: { readonly newsletter: string; readonly edition?: string },
): Promise<SendPreparation> {
  const newsletter = findNewsletter(deps.config, options.newsletter);
  if (options.edition !== undefined) {
    return prepareStored(deps, await storedEdition(deps, newsletter, options.edition));
  }
  const now = deps.clock();
  const unfinished = await findUnfinished(deps.store.db, newsletter.id, {
    now: storedInstant(now),
    freshSince: storedInstant(now.subtract({ hours: STALE_AFTER_HOURS })),
  });
  if (unfinished.due !== undefined) {
    return prepareStored(deps, await storedEdition(deps, newsletter, unfinished.due));
  }
  const prepared = await prepareNew(deps, newsletter);
  if (prepared.kind !== 'nothingNew' || unfinished.waiting === undefined) return prepared;
  return prepareStored(deps, await storedEdition(deps, newsletter, unfinished.waiting));
}

async function storedEdition(
  { store }: StoreDependencies,
  newsletter: NewsletterSettings,
  id: string,
): Promise<StoredEdition> {
  const stored = await findEdition(store.db, id);
  if (stored?.edition.newsletter === newsletter.id) return stored;
  const remedy = `see \`broadsheet editions list\``;
  throw new BroadsheetError(EXIT.usage, `${newsletter.id} has no edition "${id}"; ${remedy}`);
}

async function prepareStored(
  { store, clock }: StoreDependencies,
  { edition, plannedAt }: StoredEdition,
): Promise<SendPreparation> {
  const isPlanned = plannedAt !== undefined;
  const deliveries = await deliveryTable(store.db, edition.id);
  const recipients = isPlanned
    ? await countDue(store.db, edition.id, storedInstant(clock()))
    : await countActive(store.db, edition.newsletter);
  if (recipients === 0) {
    const retryAt = await nextRetry(store.db, edition.id);
    const waiting = retryAt === undefined ? {} : { retryAt };
    return { ...NO_NOTES, kind: 'nobody', edition, deliveries, ...waiting };
  }
  const state = isPlanned ? 'unfinished' : 'composed';
  const remember = () => {};
  return { ...NO_NOTES, kind: 'ready', edition, state, recipients, deliveries, remember };
}

async function prepareNew(
  deps: ComposeDependencies,
  newsletter: NewsletterSettings,
): Promise<SendPreparation> {
  const { edition, remember, ...notes } = await draftEdition(deps, newsletter);
  if (edition === undefined) return { ...notes, kind: 'nothingNew' };
  const recipients = await countActive(deps.store.db, newsletter.id);
  const deliveries = NOTHING_PLANNED;
  // Nobody to send it to: its posts are left for the edition that somebody gets.
  if (recipients === 0) return { ...notes, kind: 'nobody', edition, deliveries };
  return { ...notes, kind: 'ready', edition, state: 'new', recipients, deliveries, remember };
}
