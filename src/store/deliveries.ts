import type { DeliveryState, DeliveryTable, Reply } from '../model/delivery.ts';
import type { EmailAddress } from '../model/email-address.ts';
import type { Database, DeliveriesTable } from './tables.ts';

/**
 * Plans one delivery for each active subscriber of the edition's newsletter, unless the edition
 * was planned before. To be run in a transaction, the same that stores the edition.
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
  const inserted = await db
    .insertInto('deliveries')
    .columns(['edition', 'subscriber', 'address', 'domain', 'state', 'changed_at'])
    .expression((build) =>
      build
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
        .orderBy('id'),
    )
    .executeTakeFirst();
  await db
    .updateTable('editions')
    .set({ planned: Number(inserted.numInsertedOrUpdatedRows ?? 0n) })
    .where('id', '=', edition.id)
    .execute();
}

/** How the edition's deliveries stand. `planned` is what was planned, not the sum of the others. */
export async function deliveryTable(db: Database, edition: string): Promise<DeliveryTable> {
  const planned = await db
    .selectFrom('editions')
    .select('planned')
    .where('id', '=', edition)
    .executeTakeFirst();
  const rows = await db
    .selectFrom('deliveries')
    .select(['state', (select) => select.fn.countAll<number>().as('count')])
    .where('edition', '=', edition)
    .groupBy('state')
    .execute();
  const count = (...states: readonly DeliveryState[]) =>
    rows
      .filter((row) => states.includes(row.state))
      .reduce((sum, row) => sum + Number(row.count), 0);
  return {
    planned: planned?.planned ?? 0,
    accepted: count('accepted'),
    deferred: count('deferred'),
    failed: count('failed'),
    suppressed: count('suppressed'),
    inDoubt: count('inDoubt'),
    queued: count('queued', 'claimed', 'submitting'),
  };
}

/** Everyone whom the edition was refused for, for good. */
export async function failedDeliveries(
  db: Database,
  edition: string,
): Promise<readonly { readonly address: EmailAddress; readonly reply: Reply }[]> {
  const rows = await db
    .selectFrom('deliveries')
    .selectAll()
    .where('edition', '=', edition)
    .where('state', '=', 'failed')
    .orderBy('id')
    .execute();
  return rows.map((row) => {
    const { text, ...reply } = replyOf(row) ?? { code: 0, text: '' };
    const isStale = row.failed_because === 'stale';
    return {
      address: row.address as EmailAddress,
      reply: { ...reply, text: isStale ? `stale, the last reply was: ${text}` : text },
    };
  });
}

/** Every delivery of the edition that was ever in doubt, and what it is now. */
export async function doubtedDeliveries(db: Database, edition: string) {
  const rows = await db
    .selectFrom('deliveries')
    .select(['address', 'message_id', 'in_doubt_at', 'state'])
    .where('edition', '=', edition)
    .where('in_doubt_at', 'is not', null)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    address: row.address as EmailAddress,
    messageId: row.message_id ?? '',
    at: row.in_doubt_at ?? '',
    state: row.state,
  }));
}

/** When the first of the edition's deferred deliveries is due. */
export async function nextRetry(db: Database, edition: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('deliveries')
    .select((select) => select.fn.min('retry_at').as('retry_at'))
    .where('edition', '=', edition)
    .where('state', '=', 'deferred')
    .executeTakeFirst();
  return row?.retry_at ?? undefined;
}

/** How many of the edition's deliveries could go out at `now`: those due, and those in doubt. */
export async function countDue(db: Database, edition: string, now: string): Promise<number> {
  const row = await db
    .selectFrom('deliveries')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('edition', '=', edition)
    .where((where) =>
      where.or([
        where('state', 'in', ['queued', 'claimed', 'submitting', 'inDoubt']),
        where.and([where('state', '=', 'deferred'), where('retry_at', '<=', now)]),
      ]),
    )
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Editions of a newsletter that not everyone has got who should, oldest first. */
export interface Unfinished {
  /** One that was never sent, or has deliveries that can go now. */
  readonly due?: string;
  /** One whose deliveries have all been tried, and some are put off until later. */
  readonly waiting?: string;
}

/**
 * What there is to go on with at `now`. Deliveries that are put off count only of editions first
 * sent since `freshSince`.
 */
export async function findUnfinished(
  db: Database,
  newsletter: string,
  { now, freshSince }: { readonly now: string; readonly freshSince: string },
): Promise<Unfinished> {
  const rows = await db
    .selectFrom('editions as e')
    .leftJoin('deliveries as d', (join) =>
      join
        .onRef('d.edition', '=', 'e.id')
        .on('d.state', 'in', ['queued', 'claimed', 'submitting', 'inDoubt', 'deferred']),
    )
    .select(['e.id', 'e.planned_at', 'd.state'])
    .select((select) => select.fn.min('d.retry_at').as('retry_at'))
    .where('e.newsletter', '=', newsletter)
    .where((where) => where.or([where('e.planned_at', 'is', null), where('d.id', 'is not', null)]))
    .groupBy(['e.id', 'e.planned_at', 'e.composed_at', 'd.state'])
    .orderBy('e.composed_at')
    .orderBy('e.id')
    .execute();
  const isFresh = (plannedAt: string | null) => plannedAt === null || plannedAt >= freshSince;
  const open = rows.filter((row) => row.state !== 'deferred' || isFresh(row.planned_at));
  const due = open.find((row) => row.state !== 'deferred' || (row.retry_at ?? '') <= now);
  const waiting = open.find((row) => row.state === 'deferred');
  return { ...(due && { due: due.id }), ...(waiting && { waiting: waiting.id }) };
}

/** What became of every edition for one subscriber, newest first. */
export async function deliveriesTo(db: Database, subscriber: string) {
  const rows = await db
    .selectFrom('deliveries')
    .selectAll()
    .where('subscriber', '=', subscriber)
    .orderBy('id', 'desc')
    .execute();
  return rows.map((row) => {
    const reply = replyOf(row);
    return {
      edition: row.edition,
      state: row.state,
      at: row.changed_at,
      ...(reply === undefined ? {} : { reply }),
    };
  });
}

function replyOf(
  row: Pick<DeliveriesTable, 'reply_code' | 'reply_enhanced' | 'reply_text'>,
): Reply | undefined {
  if (row.reply_code === null) return undefined;
  return {
    code: row.reply_code,
    ...(row.reply_enhanced === null ? {} : { enhancedCode: row.reply_enhanced }),
    text: row.reply_text ?? '',
  };
}
