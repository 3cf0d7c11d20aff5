import { type RawBuilder, sql } from 'kysely';
import type { DeliveryState } from '../../database/states.ts';
import type { Database } from '../../database/tables.ts';
import { ERASED_ADDRESS } from '../../kernel/email-address.ts';
import type { Reply } from '../delivery.ts';
import { EVENT_SOURCES } from '../delivery-events.ts';

/** Which sender writes into the ledger, and when: ISO 8601. */
export interface Writer {
  readonly sender: string;
  readonly at: string;
}

/** A delivery that is about to be accepted. */
export interface Submission {
  readonly id: number;
  readonly messageId: string;
  /** The date that the message bears: ISO 8601. */
  readonly date: string;
}

/** What a sender writes into the ledger of one delivery that it holds. */
export interface Verdict {
  readonly id: number;
  readonly state: Extract<DeliveryState, 'accepted' | 'deferred' | 'failed' | 'inDoubt' | 'queued'>;
  readonly messageId: string;
  /** `RelayAccount.id` */
  readonly relay: string;
  readonly reply: Reply;
  readonly replyClass?: string;
  readonly retryAt?: string;
}

/**
 * Marks held deliveries as about to be accepted, and gives the ids of those that may go: not where
 * the sender does not hold one any more, its subscriber has left since, or the edition was paused
 * or cancelled. Nothing is changed of the others.
 */
export async function markSubmitting(
  db: Database,
  submissions: readonly Submission[],
  writer: Writer,
): Promise<ReadonlySet<number>> {
  if (submissions.length === 0) return new Set();
  const marked = await submitting(db, submissions, writer).execute();
  return new Set(marked.map((row) => row.id));
}

/** The query of `markSubmitting`, of one submission at least. */
export function submitting(
  db: Database,
  submissions: readonly Submission[],
  { sender, at }: Writer,
) {
  const rows = submissions.map(
    ({ id, messageId, date }) => sql`(${bigint(id)}, ${text(messageId)}, ${text(date)})`,
  );
  return (
    db
      .with('v(delivery, message_id, dated_at)', () =>
        valuesOf<{ delivery: number; message_id: string; dated_at: string }>(rows),
      )
      .updateTable('deliveries')
      .from('v')
      .set((set) => ({
        state: 'submitting',
        message_id: set.ref('v.message_id'),
        dated_at: set.ref('v.dated_at'),
        changed_at: at,
      }))
      .whereRef('deliveries.id', '=', 'v.delivery')
      .where('deliveries.state', 'in', EVENT_SOURCES.submit)
      .where('deliveries.sender', '=', sender)
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom('subscribers as s')
            .select('s.id')
            .whereRef('s.id', '=', 'deliveries.subscriber')
            .where('s.status', '=', 'active'),
        ),
      )
      // Not by way of the edition, which would lead PostgreSQL through all that was ever claimed of it.
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('editions as e')
              .select('e.id')
              .whereRef('e.id', '=', 'deliveries.edition')
              .where((edition) =>
                edition.or([
                  edition('e.paused_at', 'is not', null),
                  edition('e.cancelled_at', 'is not', null),
                ]),
              ),
          ),
        ),
      )
      .returning('id')
  );
}

/**
 * Records what relays said. Does nothing where somebody else has taken a delivery over (from a
 * sender that was thought dead); a late word on one in doubt still counts while nobody has.
 */
export async function recordVerdicts(
  db: Database,
  verdicts: readonly Verdict[],
  writer: Writer,
): Promise<void> {
  if (verdicts.length > 0) await recording(db, verdicts, writer).execute();
}

/** The query of `recordVerdicts`, of one verdict at least. */
export function recording(db: Database, verdicts: readonly Verdict[], { sender, at }: Writer) {
  return db
    .with('v(delivery, state, message_id, relay, retry_at, class, code, enhanced, said)', () =>
      valuesOf<VerdictRow>(verdicts.map(toRow)),
    )
    .updateTable('deliveries')
    .from('v')
    .set((set) => ({
      state: set.ref('v.state'),
      // One in doubt was counted when it came to be so: the late word is about the same try.
      attempts: sql`case when deliveries.state = 'inDoubt' then deliveries.attempts else deliveries.attempts + 1 end`,
      message_id: set.ref('v.message_id'),
      changed_at: at,
      retry_at: set.ref('v.retry_at'),
      relay: set.ref('v.relay'),
      reply_class: set.ref('v.class'),
      reply_code: set.ref('v.code'),
      reply_enhanced: set.ref('v.enhanced'),
      // Relays repeat the address; of somebody erased meanwhile nothing is kept.
      reply_text: sql`case when deliveries.address <> ${ERASED_ADDRESS} then v.said end`,
      failed_because: sql`case when v.state = 'failed' then 'reply' end`,
      in_doubt_at: sql`case when v.state = 'inDoubt' then coalesce(deliveries.in_doubt_at, ${text(at)}) else deliveries.in_doubt_at end`,
      doubts: sql`deliveries.doubts + case when v.state = 'inDoubt' and deliveries.state <> 'inDoubt' then 1 else 0 end`,
      // Of one in doubt its sender stays on record: a late word of it still counts.
      sender: sql`case when v.state = 'inDoubt' then deliveries.sender end`,
    }))
    .whereRef('deliveries.id', '=', 'v.delivery')
    .where('deliveries.sender', '=', sender)
    .where('deliveries.state', 'in', EVENT_SOURCES.accept)
    .returning('id');
}

/** Puts held deliveries back: their messages surely did not go, and that was nobody's failure. */
export async function giveBack(
  db: Database,
  ids: readonly number[],
  writer: Writer,
): Promise<void> {
  if (ids.length > 0) await givingBack(db, ids, writer).execute();
}

/** The query of `giveBack`, of one delivery at least. */
export function givingBack(db: Database, ids: readonly number[], { sender, at }: Writer) {
  return db
    .updateTable('deliveries')
    .set({ state: 'queued', sender: null, changed_at: at })
    .where('id', 'in', ids)
    .where('sender', '=', sender)
    .where('state', 'in', EVENT_SOURCES.giveBack)
    .returning('id');
}

interface VerdictRow {
  delivery: number;
  state: Verdict['state'];
  message_id: string;
  relay: string;
  retry_at: string | null;
  class: string | null;
  code: number;
  enhanced: string | null;
  said: string;
}

function toRow({ id, state, messageId, relay, reply, replyClass, retryAt }: Verdict) {
  const { code, enhancedCode, text: said } = reply;
  return sql`(${bigint(id)}, ${text(state)}, ${text(messageId)}, ${text(relay)}, ${text(retryAt ?? null)},
    ${text(replyClass ?? null)}, ${bigint(code)}, ${text(enhancedCode ?? null)}, ${text(said)})`;
}

/** Rows of a common table expression. PostgreSQL wants to be told the types of its values. */
function valuesOf<Row>(rows: readonly RawBuilder<unknown>[]): RawBuilder<Row> {
  return sql<Row>`(values ${sql.join(rows)})`;
}

function text(value: string | null): RawBuilder<string> {
  return sql<string>`cast(${value} as text)`;
}

function bigint(value: number): RawBuilder<number> {
  return sql<number>`cast(${value} as bigint)`;
}
