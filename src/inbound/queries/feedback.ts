import type { FeedbackKind, Severity } from '../../database/states.ts';
import type { Database } from '../../database/tables.ts';
import type { Reply } from '../../delivery/delivery.ts';

/** A report as it is stored. */
export interface FeedbackRow {
  readonly key: string;
  readonly kind: FeedbackKind;
  /** ISO 8601 instant. */
  readonly at: string;
  readonly source: string;
  readonly delivery?: number;
  readonly subscriber?: string;
  readonly severity?: Severity;
  readonly reply?: Reply;
}

/** Stores a report. False if it is stored already. */
export async function insertFeedback(db: Database, row: FeedbackRow): Promise<boolean> {
  const { key, kind, at, source, delivery, subscriber, severity, reply } = row;
  const result = await db
    .insertInto('feedback')
    .values({
      ...{ key, kind, at, source },
      delivery: delivery ?? null,
      subscriber: subscriber ?? null,
      severity: severity ?? null,
      reply_code: reply?.code ?? null,
      reply_enhanced: reply?.enhancedCode ?? null,
      reply_text: reply?.text ?? null,
    })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
}

/** The delivery with this id, as far as a report is concerned; undefined if there is none. */
export async function findReported(db: Database, id: number) {
  return db
    .selectFrom('deliveries')
    .select(['id', 'edition', 'subscriber', 'address', 'changed_at as at'])
    .where('id', '=', id)
    .executeTakeFirst();
}

/** The delivery to one of these subscriptions with this Message-ID; undefined if there is none. */
export async function findByMessageId(
  db: Database,
  subscribers: readonly string[],
  messageId: string,
) {
  return db
    .selectFrom('deliveries')
    .select(['id', 'edition', 'subscriber', 'address', 'changed_at as at'])
    .where('subscriber', 'in', subscribers)
    .where('message_id', '=', messageId)
    .executeTakeFirst();
}

/** Records that a delivery was returned. The first report counts, and a hard one after another. */
export async function setReturned(
  db: Database,
  id: number,
  { at, severity }: { readonly at: string; readonly severity: Severity },
): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ returned_at: at, returned_as: severity })
    .where('id', '=', id)
    .where((where) =>
      where.or(
        severity === 'hard'
          ? [where('returned_as', 'is', null), where('returned_as', '<>', 'hard')]
          : [where('returned_as', 'is', null)],
      ),
    )
    .execute();
}

/** The transactional mail with this id, of the last days; undefined if there is none. */
export async function findReportedMail(db: Database, id: string) {
  return db
    .selectFrom('mails')
    .select(['id', 'at', 'address_hash as addressHash'])
    .where('id', '=', id)
    .executeTakeFirst();
}

/** How many reports of each kind came after `since`. */
export async function countFeedback(
  db: Database,
  since: string,
): Promise<Readonly<Partial<Record<FeedbackKind, number>>>> {
  const rows = await db
    .selectFrom('feedback')
    .select(['kind', (select) => select.fn.countAll<number>().as('count')])
    .where('at', '>', since)
    .groupBy('kind')
    .execute();
  return Object.fromEntries(rows.map(({ kind, count }) => [kind, Number(count)]));
}

const FORGOTTEN: readonly FeedbackKind[] = ['autoReply', 'delayed', 'unknown'];

/** Deletes reports that changed nothing and came before `before`. */
export async function forgetFeedback(db: Database, before: string): Promise<void> {
  await db.deleteFrom('feedback').where('kind', 'in', FORGOTTEN).where('at', '<', before).execute();
}
