import { noteDeliveries } from '../../database/bulk-write.ts';
import type { DeliveryState, FailureCause } from '../../database/states.ts';
import type { Database, DeliveriesTable } from '../../database/tables.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import type { DeliveryTable, Reply } from '../delivery.ts';
import { MOST_ASKED_FIRST } from '../refusals.ts';

/**
 * Plans one delivery for each active subscriber of the edition's newsletter, unless the edition was
 * planned before. Run it in the transaction that stores the edition.
 */
export async function planDeliveries(
  db: Database,
  edition: { readonly id: string; readonly newsletter: string },
  at: string,
): Promise<void> {
  const marked = await db
    .updateTable('editions')
    .set({ planned_at: at, fresh_from: at })
    .where('id', '=', edition.id)
    .where('planned_at', 'is', null)
    .executeTakeFirst();
  if (marked.numUpdatedRows === 0n) return;
  const first = await lastInDoubtOfAddress(db, edition);
  const insert = async (isFirst: boolean) => {
    if (isFirst && first.length === 0) return 0;
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('deliveries')
      .columns(['edition', 'subscriber', 'address', 'domain', 'state', 'changed_at'])
      .expression((build) => {
        const active = build
          .selectFrom('subscribers')
          .select((select) => [
            select.val(edition.id).as('edition'),
            'id',
            'address',
            'domain',
            select.val('queued').as('state'),
            select.val(at).as('changed_at'),
          ])
          .where('newsletter', '=', edition.newsletter)
          .where('status', '=', 'active')
          .orderBy('id');
        if (first.length === 0) return active;
        return active.where('id', isFirst ? 'in' : 'not in', first);
      })
      .executeTakeFirstOrThrow();
    return Number(numInsertedOrUpdatedRows ?? 0n);
  };
  const planned = (await insert(true)) + (await insert(false));
  await db.updateTable('editions').set({ planned }).where('id', '=', edition.id).execute();
  await noteDeliveries(db, planned);
}

/**
 * A few subscribers whose address may not exist: the last edition did not find out. They come
 * first. If a relay refuses them and then accepts others, the refusal is about them.
 */
async function lastInDoubtOfAddress(
  db: Database,
  { id, newsletter }: { readonly id: string; readonly newsletter: string },
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('deliveries')
    .select('subscriber')
    .where('edition', '=', (build) =>
      build
        .selectFrom('editions as e')
        .select('e.id')
        .where('e.newsletter', '=', newsletter)
        .where('e.planned_at', 'is not', null)
        .where('e.id', '<>', id)
        .orderBy('e.planned_at', 'desc')
        .orderBy('e.composed_at', 'desc')
        .limit(1),
    )
    .where('state', '=', 'failed')
    .where((where) =>
      where.or([
        where('reply_class', '=', 'unclear'),
        where.and([
          where('reply_class', '=', 'noSuchAddress'),
          where('failed_because', '<>', 'reply'),
        ]),
      ]),
    )
    .orderBy('id')
    .limit(MOST_ASKED_FIRST)
    .execute();
  return rows.map(({ subscriber }) => subscriber);
}

/**
 * How many deliveries of the edition are in each state, all counted. `planned` is the number planned, not
 * the sum of the others.
 */
export async function deliveryTable(db: Database, edition: string): Promise<DeliveryTable> {
  const rows = await countByState(db, edition);
  return tableOf(db, edition, await plannedOf(db, edition), rows);
}

/**
 * The same for displays, in a moment also for a million. It does not find a lost row (`stateCounts`).
 */
export async function quickTable(db: Database, edition: string): Promise<DeliveryTable> {
  const planned = await plannedOf(db, edition);
  return tableOf(db, edition, planned, await stateCounts(db, edition, planned));
}

/**
 * How many of the edition's `planned` deliveries are in each state. Almost all are queued or accepted: it
 * counts the fewer of these, and takes the others for the rest of what was planned.
 */
export async function stateCounts(
  db: Database,
  edition: string,
  planned: number,
): Promise<ReadonlyMap<DeliveryState, number>> {
  const counts = new Map(await countByState(db, edition, FEW));
  const rest = planned - [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (rest <= 0) return counts;
  for (let limit = FIRST_LIMIT; ; limit *= 4) {
    for (const [state, other] of [
      ['queued', 'accepted'],
      ['accepted', 'queued'],
    ] as const) {
      const count = await countUpTo(db, edition, state, limit);
      if (count >= limit) continue;
      return counts.set(state, count).set(other, rest - count);
    }
  }
}

const FEW = ['claimed', 'submitting', 'deferred', 'failed', 'suppressed', 'inDoubt'] as const;

/** How many are counted at first. */
const FIRST_LIMIT = 10_000;

async function countUpTo(db: Database, edition: string, state: DeliveryState, limit: number) {
  const row = await db
    .selectFrom((from) =>
      from
        .selectFrom('deliveries')
        .select('id')
        .where('edition', '=', edition)
        .where('state', '=', state)
        .limit(limit)
        .as('first'),
    )
    .select((select) => select.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

async function countByState(
  db: Database,
  edition: string,
  states?: readonly DeliveryState[],
): Promise<ReadonlyMap<DeliveryState, number>> {
  let query = db
    .selectFrom('deliveries')
    .select(['state', (select) => select.fn.countAll<number>().as('count')])
    .where('edition', '=', edition)
    .groupBy('state');
  if (states !== undefined) query = query.where('state', 'in', states);
  const rows = await query.execute();
  return new Map(rows.map(({ state, count }) => [state, Number(count)]));
}

async function plannedOf(db: Database, edition: string): Promise<number> {
  const row = await db
    .selectFrom('editions')
    .select('planned')
    .where('id', '=', edition)
    .executeTakeFirst();
  return row?.planned ?? 0;
}

async function tableOf(
  db: Database,
  edition: string,
  planned: number,
  counts: ReadonlyMap<DeliveryState, number>,
): Promise<DeliveryTable> {
  const returned = await db
    .selectFrom('deliveries')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('edition', '=', edition)
    .where('returned_at', 'is not', null)
    .where('state', '=', 'accepted')
    .executeTakeFirstOrThrow();
  const count = (...states: readonly DeliveryState[]) =>
    states.reduce((sum, state) => sum + (counts.get(state) ?? 0), 0);
  return {
    planned,
    accepted: count('accepted'),
    returned: Number(returned.count),
    deferred: count('deferred'),
    failed: count('failed'),
    suppressed: count('suppressed'),
    inDoubt: count('inDoubt'),
    queued: count('queued', 'claimed', 'submitting'),
  };
}

/** How many of the edition's failed deliveries no relay refused: too late, or cancelled. */
export async function countFailures(
  db: Database,
  edition: string,
): Promise<{ readonly stale: number; readonly cancelled: number }> {
  const rows = await db
    .selectFrom('deliveries')
    .select(['failed_because', (select) => select.fn.countAll<number>().as('count')])
    .where('edition', '=', edition)
    .where('state', '=', 'failed')
    .groupBy('failed_because')
    .execute();
  const count = (cause: FailureCause) =>
    Number(rows.find((row) => row.failed_because === cause)?.count ?? 0);
  return { stale: count('stale'), cancelled: count('cancelled') };
}

/** Somebody who did not get an edition, and why: the last reply, if a relay got the message at all. */
export interface FailedDelivery {
  readonly address: EmailAddress;
  readonly cause: FailureCause;
  readonly reply: Reply;
}

/** Everyone for whom the edition failed. */
export async function failedDeliveries(
  db: Database,
  edition: string,
): Promise<readonly FailedDelivery[]> {
  const rows = await db
    .selectFrom('deliveries')
    .selectAll()
    .where('edition', '=', edition)
    .where('state', '=', 'failed')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    address: row.address as EmailAddress,
    cause: row.failed_because ?? 'reply',
    reply: replyOf(row) ?? { code: 0, text: '' },
  }));
}

/** Every delivery of the edition that was ever in doubt, and its present state. */
export async function doubtedDeliveries(db: Database, edition: string) {
  const rows = await db
    .selectFrom('deliveries')
    .select(['address', 'message_id', 'in_doubt_at', 'doubts', 'state'])
    .where('edition', '=', edition)
    .where('in_doubt_at', 'is not', null)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    address: row.address as EmailAddress,
    messageId: row.message_id ?? '',
    at: row.in_doubt_at ?? '',
    doubts: row.doubts,
    state: row.state,
  }));
}

/** The outcome of every edition for one subscriber, newest first. */
export async function deliveriesTo(db: Database, subscriber: string) {
  const rows = await db
    .selectFrom('deliveries')
    .selectAll()
    .where('subscriber', '=', subscriber)
    .orderBy('id', 'desc')
    .execute();
  return rows.map((row) => {
    const { edition, state, changed_at: at } = row;
    return { edition, state, at, reply: replyOf(row) };
  });
}

function replyOf(
  row: Pick<DeliveriesTable, 'reply_code' | 'reply_enhanced' | 'reply_text'>,
): Reply | undefined {
  if (row.reply_code === null) return undefined;
  return {
    code: row.reply_code,
    enhancedCode: row.reply_enhanced ?? undefined,
    text: row.reply_text ?? '',
  };
}

/** How many deliveries of the edition were accepted since `since`, and when the first of them was. */
export async function acceptedSince(
  db: Database,
  edition: string,
  since: string,
): Promise<{ readonly count: number; readonly first?: string }> {
  const row = await db
    .selectFrom('deliveries')
    .select((select) => [
      select.fn.countAll<number>().as('count'),
      select.fn.min<string | null>('changed_at').as('first'),
    ])
    .where('edition', '=', edition)
    .where('state', '=', 'accepted')
    .where('changed_at', '>=', since)
    .executeTakeFirstOrThrow();
  return { count: Number(row.count), first: row.first ?? undefined };
}
