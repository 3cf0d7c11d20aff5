import type { DeliveryState, Reply } from '../model/delivery.ts';
import type { EmailAddress } from '../model/email-address.ts';
import type { Database } from './tables.ts';

/** A delivery that one sender holds, and nobody else. */
export interface ClaimedDelivery {
  readonly id: number;
  readonly subscriber: string;
  readonly address: EmailAddress;
  readonly name?: string;
  /** How often a relay was asked before. */
  readonly attempts: number;
}

/** What a sender writes into the ledger of one delivery that it holds. */
export interface Verdict {
  readonly state: Extract<DeliveryState, 'accepted' | 'deferred' | 'failed' | 'inDoubt'>;
  readonly messageId: string;
  readonly relay: string;
  readonly reply: Reply;
  readonly replyClass?: string;
  readonly retryAt?: string;
}

/**
 * Gives up to `limit` deliveries of the edition to `sender`: those queued, then those deferred and
 * due. Whoever is not active any more gets none: theirs are suppressed, since leaving beats mail
 * that is queued. To be run in a transaction. An empty answer means that nothing is due.
 */
export async function claimDeliveries(
  db: Database,
  claim: {
    readonly edition: string;
    readonly sender: string;
    readonly now: string;
    readonly limit: number;
  },
): Promise<readonly ClaimedDelivery[]> {
  for (;;) {
    const candidates = await findCandidates(db, claim);
    if (candidates.length === 0) return [];
    const active = candidates.filter((row) => row.status === 'active');
    const gone = candidates.filter((row) => row.status !== 'active');
    await setStates(db, gone, { state: 'suppressed', sender: null, changed_at: claim.now });
    await setStates(db, active, {
      state: 'claimed',
      sender: claim.sender,
      changed_at: claim.now,
    });
    if (active.length > 0) return active.map(toClaimed);
  }
}

/**
 * Marks a held delivery as about to be accepted; false, and nothing changed, when the sender does
 * not hold it any more or the subscriber has left since: then the message must not go.
 */
export async function markSubmitting(
  db: Database,
  mark: {
    readonly id: number;
    readonly sender: string;
    readonly messageId: string;
    readonly at: string;
  },
): Promise<boolean> {
  const result = await db
    .updateTable('deliveries')
    .set({ state: 'submitting', message_id: mark.messageId, changed_at: mark.at })
    .where('id', '=', mark.id)
    .where('state', '=', 'claimed')
    .where('sender', '=', mark.sender)
    .where((where) =>
      where.exists(
        where
          .selectFrom('subscribers')
          .select('subscribers.id')
          .whereRef('subscribers.id', '=', 'deliveries.subscriber')
          .where('subscribers.status', '=', 'active'),
      ),
    )
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/**
 * Records what a relay said. Does nothing when somebody else has taken the delivery over (a sender
 * that was thought dead); a late word on one in doubt still counts while nobody has.
 */
export async function recordVerdict(
  db: Database,
  held: { readonly id: number; readonly sender: string; readonly at: string },
  verdict: Verdict,
): Promise<void> {
  const { reply } = verdict;
  await db
    .updateTable('deliveries')
    .set((set) => ({
      state: verdict.state,
      attempts: set('attempts', '+', 1),
      message_id: verdict.messageId,
      changed_at: held.at,
      retry_at: verdict.retryAt ?? null,
      relay: verdict.relay,
      reply_class: verdict.replyClass ?? null,
      failed_because: verdict.state === 'failed' ? ('reply' as const) : null,
      reply_code: reply.code,
      reply_enhanced: reply.enhancedCode ?? null,
      reply_text: reply.text,
      ...(verdict.state === 'inDoubt'
        ? { in_doubt_at: set.fn.coalesce('in_doubt_at', set.val(held.at)) }
        : { sender: null }),
    }))
    .where('id', '=', held.id)
    .where('sender', '=', held.sender)
    .where('state', 'in', ['claimed', 'submitting', 'inDoubt'])
    .execute();
}

/** Puts one held delivery back: its message surely did not go, and that was nobody's failure. */
export async function giveBack(
  db: Database,
  held: { readonly id: number; readonly sender: string; readonly at: string },
): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ state: 'queued', sender: null, changed_at: held.at })
    .where('id', '=', held.id)
    .where('sender', '=', held.sender)
    .where('state', 'in', ['claimed', 'submitting'])
    .execute();
}

/** Puts back all that the sender claimed and did not begin with. */
export async function giveBackAll(db: Database, sender: string, at: string): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ state: 'queued', sender: null, changed_at: at })
    .where('sender', '=', sender)
    .where('state', '=', 'claimed')
    .execute();
}

/** Ids of all senders that hold deliveries, dead or alive. */
export async function holders(db: Database): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('deliveries')
    .select('sender')
    .distinct()
    .where('sender', 'is not', null)
    .execute();
  return rows.map((row) => row.sender ?? '');
}

/**
 * Settles what dead senders held: what was only claimed goes back to the queue, what was being
 * submitted is in doubt.
 */
export async function settleClaims(
  db: Database,
  dead: readonly string[],
  at: string,
): Promise<void> {
  if (dead.length === 0) return;
  await db
    .updateTable('deliveries')
    .set({ state: 'queued', sender: null, changed_at: at })
    .where('sender', 'in', dead)
    .where('state', '=', 'claimed')
    .execute();
  await db
    .updateTable('deliveries')
    .set((set) => ({
      state: 'inDoubt',
      attempts: set('attempts', '+', 1),
      in_doubt_at: set.fn.coalesce('in_doubt_at', set.val(at)),
      changed_at: at,
    }))
    .where('sender', 'in', dead)
    .where('state', '=', 'submitting')
    .execute();
}

/**
 * Puts the edition's deliveries in doubt back into the queue, to be sent once more: the policy
 * `resend`, which loses nothing. That they were in doubt stays on record.
 */
export async function requeueDoubted(db: Database, edition: string, at: string): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ state: 'queued', sender: null, changed_at: at })
    .where('edition', '=', edition)
    .where('state', '=', 'inDoubt')
    .execute();
}

/** Gives up on the newsletter's deferred deliveries of editions first sent before `before`. */
export async function failStale(
  db: Database,
  stale: { readonly newsletter: string; readonly before: string; readonly at: string },
): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ state: 'failed', failed_because: 'stale', changed_at: stale.at })
    .where('state', '=', 'deferred')
    .where('edition', 'in', (select) =>
      select
        .selectFrom('editions')
        .select('editions.id')
        .where('newsletter', '=', stale.newsletter)
        .where('planned_at', '<', stale.before),
    )
    .execute();
}

async function findCandidates(
  db: Database,
  { edition, now, limit }: { edition: string; now: string; limit: number },
) {
  const query = db
    .selectFrom('deliveries as d')
    .leftJoin('subscribers as s', 's.id', 'd.subscriber')
    .select(['d.id', 'd.subscriber', 'd.address', 'd.attempts', 's.name', 's.status'])
    .where('d.edition', '=', edition)
    .orderBy('d.id')
    .limit(limit);
  // Two queries, so that each follows the index instead of sorting a million rows.
  const queued = await query.where('d.state', '=', 'queued').execute();
  if (queued.length > 0) return queued;
  return query.where('d.state', '=', 'deferred').where('d.retry_at', '<=', now).execute();
}

async function setStates(
  db: Database,
  rows: readonly { readonly id: number }[],
  change: { state: DeliveryState; sender: string | null; changed_at: string },
): Promise<void> {
  if (rows.length === 0) return;
  const ids = rows.map((row) => row.id);
  await db.updateTable('deliveries').set(change).where('id', 'in', ids).execute();
}

function toClaimed(row: {
  id: number;
  subscriber: string;
  address: string;
  attempts: number;
  name: string | null;
}): ClaimedDelivery {
  const { id, subscriber, attempts } = row;
  const name = row.name === null ? {} : { name: row.name };
  return { id, subscriber, address: row.address as EmailAddress, attempts, ...name };
}
