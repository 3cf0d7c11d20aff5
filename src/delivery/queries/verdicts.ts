import { type OperationNodeSource, type RawBuilder, sql } from 'kysely';
import { durable, isPostgres } from '../../database/dialect.ts';
import type { Store } from '../../database/open-store.ts';
import type { DeliveryState } from '../../database/states.ts';
import type { Database } from '../../database/tables.ts';
import { ERASED_ADDRESS } from '../../kernel/email-address.ts';
import type { Reply } from '../delivery.ts';
import { EVENT_SOURCES } from '../delivery-events.ts';
import { countMessages, countQuery } from './relays.ts';

/** Which sender writes into the ledger, and when (ISO 8601). */
export interface Writer {
  readonly sender: string;
  readonly at: string;
}

/** A delivery that is about to be accepted. */
export interface Submission {
  readonly id: number;
  readonly messageId: string;
  /** The message's Date: ISO 8601. */
  readonly date: string;
}

/** What a sender writes into the ledger about one of its leased deliveries. */
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

/** What a sender writes at one time. It contains no delivery twice. */
export interface LedgerWrites {
  readonly verdicts: readonly Verdict[];
  /** Ids of deliveries to requeue. */
  readonly requeued: readonly number[];
  readonly submissions: readonly Submission[];
  /** Messages sent to relays in the minute of `now` (epoch milliseconds), by relay. */
  readonly uses: ReadonlyMap<string, number>;
  readonly now: number;
  /** Other work. */
  readonly works: readonly ((db: Database) => Promise<void>)[];
}

/**
 * Writes all of it or nothing. Returns the ids of the submissions that may go. All is on disk when
 * it resolves.
 */
export async function writeLedger(
  store: Store,
  writes: LedgerWrites,
  writer: Writer,
): Promise<ReadonlySet<number>> {
  if (isPostgres(store.db) && writes.works.length === 0)
    return inOneStatement(store.db, writes, writer);
  const { verdicts, requeued, submissions, uses, now, works } = writes;
  return store.transaction(async (db) => {
    await recordVerdicts(db, verdicts, writer);
    await requeue(db, requeued, writer);
    for (const [relay, messages] of uses) await countMessages(db, relay, messages, now);
    for (const work of works) await work(db);
    return markSubmitting(db, submissions, writer);
  });
}

/**
 * The same queries as parts of one statement, which PostgreSQL supports: one round trip instead of
 * five, while all connections wait.
 */
async function inOneStatement(
  db: Database,
  { verdicts, requeued, submissions, uses, now }: LedgerWrites,
  writer: Writer,
): Promise<ReadonlySet<number>> {
  const changes: OperationNodeSource[] = [
    ...(verdicts.length > 0 ? [recordQuery(db, verdicts, writer)] : []),
    ...(requeued.length > 0 ? [requeueQuery(db, requeued, writer)] : []),
    ...[...uses].map(([relay, messages]) => countQuery(db, relay, messages, now)),
  ];
  const marks =
    submissions.length > 0 ? submitQuery(db, submissions, writer) : sql`select 0 as id where false`;
  const parts = [
    ...changes.map((change, at) => [`change_${at}`, change] as const),
    ['marks', marks] as const,
    // There is no `begin` to set it.
    ['durability', sql.raw(durable)] as const,
  ];
  const named = parts.map(([name, part]) => sql`${sql.id(name)} as (${part})`);
  const { rows } = await sql<{ id: number }>`with ${sql.join(named)} select id from marks
    -- A part that nothing reads is not run. This one has no row with a null.
    union all select null from durability where set_config is null`.execute(db);
  return new Set(rows.map((row) => row.id));
}

/**
 * Marks leased deliveries as about to be accepted. Returns the ids of those that may go. A delivery
 * may not go if the sender has lost it, its subscriber has left since, or the edition was paused or
 * cancelled; it stays unchanged.
 */
export async function markSubmitting(
  db: Database,
  submissions: readonly Submission[],
  writer: Writer,
): Promise<ReadonlySet<number>> {
  if (submissions.length === 0) return new Set();
  const marked = await submitQuery(db, submissions, writer).execute();
  return new Set(marked.map((row) => row.id));
}

/** The query of `markSubmitting`, for one submission or more. */
function submitQuery(db: Database, submissions: readonly Submission[], { sender, at }: Writer) {
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
      // Not through the edition: PostgreSQL would then read all that was ever claimed of it.
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
 * Records what relays said. Does nothing if another sender has taken over a delivery (from a sender
 * that was thought dead). A late reply about one in doubt still counts until then.
 */
export async function recordVerdicts(
  db: Database,
  verdicts: readonly Verdict[],
  writer: Writer,
): Promise<void> {
  if (verdicts.length > 0) await recordQuery(db, verdicts, writer).execute();
}

/** The query of `recordVerdicts`, for one verdict or more. */
function recordQuery(db: Database, verdicts: readonly Verdict[], { sender, at }: Writer) {
  return db
    .with('v(delivery, state, message_id, relay, retry_at, class, code, enhanced, said)', () =>
      valuesOf<VerdictRow>(verdicts.map(toRow)),
    )
    .updateTable('deliveries')
    .from('v')
    .set((set) => ({
      state: set.ref('v.state'),
      // An attempt in doubt is counted already: a late reply is about the same attempt.
      attempts: sql`case when deliveries.state = 'inDoubt' then deliveries.attempts else deliveries.attempts + 1 end`,
      message_id: set.ref('v.message_id'),
      changed_at: at,
      retry_at: set.ref('v.retry_at'),
      relay: set.ref('v.relay'),
      reply_class: set.ref('v.class'),
      reply_code: set.ref('v.code'),
      reply_enhanced: set.ref('v.enhanced'),
      // Relays repeat the address; keep no text about somebody erased meanwhile.
      reply_text: sql`case when deliveries.address <> ${ERASED_ADDRESS} then v.said end`,
      failed_because: sql`case when v.state = 'failed' then 'reply' end`,
      in_doubt_at: sql`case when v.state = 'inDoubt' then coalesce(deliveries.in_doubt_at, ${text(at)}) else deliveries.in_doubt_at end`,
      doubts: sql`deliveries.doubts + case when v.state = 'inDoubt' and deliveries.state <> 'inDoubt' then 1 else 0 end`,
      // A delivery in doubt keeps its sender: its late reply still counts.
      sender: sql`case when v.state = 'inDoubt' then deliveries.sender end`,
    }))
    .whereRef('deliveries.id', '=', 'v.delivery')
    .where('deliveries.sender', '=', sender)
    .where('deliveries.state', 'in', EVENT_SOURCES.accept)
    .returning('id');
}

/** Requeues leased deliveries: their messages surely did not go out, and nobody refused them. */
export async function requeue(db: Database, ids: readonly number[], writer: Writer): Promise<void> {
  if (ids.length > 0) await requeueQuery(db, ids, writer).execute();
}

/** The query of `requeue`, for one delivery or more. */
function requeueQuery(db: Database, ids: readonly number[], { sender, at }: Writer) {
  return db
    .updateTable('deliveries')
    .set({ state: 'queued', sender: null, changed_at: at })
    .where('id', 'in', ids)
    .where('sender', '=', sender)
    .where('state', 'in', EVENT_SOURCES.requeue)
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

/** Rows of a common table expression. PostgreSQL needs the types of its values. */
function valuesOf<Row>(rows: readonly RawBuilder<unknown>[]): RawBuilder<Row> {
  return sql<Row>`(values ${sql.join(rows)})`;
}

function text(value: string | null): RawBuilder<string> {
  return sql<string>`cast(${value} as text)`;
}

function bigint(value: number): RawBuilder<number> {
  return sql<number>`cast(${value} as bigint)`;
}
