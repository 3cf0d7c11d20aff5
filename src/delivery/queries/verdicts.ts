import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { durable, isPostgres, jsonOf } from '../../database/dialect.ts';
import type { Store } from '../../database/open-store.ts';
import { repeatedQuery, rowsFrom, type Slot } from '../../database/repeated-query.ts';
import type { DeliveryState } from '../../database/states.ts';
import type { Database } from '../../database/tables.ts';
import { ERASED_ADDRESS } from '../../kernel/email-address.ts';
import type { Reply } from '../delivery.ts';
import { EVENT_SOURCES } from '../delivery-events.ts';
import { countQuery, jsonOfUses } from './relays.ts';

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

/** What the queries take their values from. */
type Input = Pick<LedgerWrites, 'verdicts' | 'requeued' | 'submissions' | 'uses' | 'now'> & Writer;

/**
 * Returns what writes all of it or nothing, and returns the ids of the submissions that may go. All is
 * on disk when it resolves.
 */
export function openLedgerWriter(
  store: Store,
): (writes: LedgerWrites, writer: Writer) => Promise<ReadonlySet<number>> {
  const all = repeatedQuery(inOneStatement);
  const record = repeatedQuery(recordQuery);
  const requeueAll = repeatedQuery(requeueQuery);
  const count = repeatedQuery(countUses);
  const submit = repeatedQuery(submitQuery);
  return async ({ works, ...writes }, writer) => {
    const input = { ...writes, ...writer };
    if (isPostgres(store.db) && works.length === 0) return idsOf(await all(store.db, input));
    return store.transaction(async (db) => {
      if (input.verdicts.length > 0) await record(db, input);
      if (input.requeued.length > 0) await requeueAll(db, input);
      if (input.uses.size > 0) await count(db, input);
      for (const work of works) await work(db);
      return input.submissions.length > 0 ? idsOf(await submit(db, input)) : new Set();
    });
  };
}

/**
 * The same queries as parts of one statement, which PostgreSQL supports: one round trip instead of
 * five, while all connections wait.
 */
function inOneStatement(db: Database, slot: Slot<Input>): RawBuilder<{ id: number }> {
  const parts = {
    verdicts: recordQuery(db, slot),
    requeued: requeueQuery(db, slot),
    uses: countUses(db, slot),
    marks: submitQuery(db, slot),
    // There is no `begin` to set it.
    durability: sql.raw(durable),
  };
  const named = Object.entries(parts).map(([name, part]) => sql`${sql.id(name)} as (${part})`);
  return sql<{ id: number }>`with ${sql.join(named)} select id from marks
    -- A part that nothing reads is not run. This one has no row with a null.
    union all select null from durability where set_config is null`;
}

function countUses(db: Database, slot: Slot<Input>) {
  return countQuery(
    db,
    slot(({ uses, now }) => jsonOfUses(uses, now)),
  );
}

function idsOf({ rows }: { readonly rows: readonly { readonly id: number }[] }) {
  return new Set(rows.map(({ id }) => id));
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
  return idsOf(await repeatedQuery(submitQuery)(db, { submissions, ...writer }));
}

/** The query of `markSubmitting`. */
function submitQuery(db: Database, slot: Slot<Pick<Input, 'submissions' | keyof Writer>>) {
  const json = slot(({ submissions }) =>
    jsonOf(
      submissions.map(({ id, messageId, date }) => ({
        ...{ delivery: id, message_id: messageId, dated_at: date },
      })),
    ),
  );
  const columns = { delivery: 'bigint', message_id: 'text', dated_at: 'text' } as const;
  return (
    db
      .with('v', () =>
        rowsFrom<{ delivery: number; message_id: string; dated_at: string }>(db, json, columns),
      )
      .updateTable('deliveries')
      .from('v')
      .set((set) => ({
        state: 'submitting',
        message_id: set.ref('v.message_id'),
        dated_at: set.ref('v.dated_at'),
        changed_at: slot(({ at }) => at),
      }))
      .whereRef('deliveries.id', '=', 'v.delivery')
      .where(byId(db))
      .where('deliveries.state', 'in', EVENT_SOURCES.submit)
      .where(heldBy(slot))
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
  if (verdicts.length > 0) await repeatedQuery(recordQuery)(db, { verdicts, ...writer });
}

/** The query of `recordVerdicts`. */
function recordQuery(db: Database, slot: Slot<Pick<Input, 'verdicts' | keyof Writer>>) {
  const json = slot(({ verdicts }) => jsonOf(verdicts.map(toRow)));
  const at = slot((input) => input.at);
  return db
    .with('v', () => rowsFrom<VerdictRow>(db, json, VERDICT_COLUMNS))
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
      in_doubt_at: sql`case when v.state = 'inDoubt' then coalesce(deliveries.in_doubt_at, ${at}) else deliveries.in_doubt_at end`,
      doubts: sql`deliveries.doubts + case when v.state = 'inDoubt' and deliveries.state <> 'inDoubt' then 1 else 0 end`,
      // A delivery in doubt keeps its sender: its late reply still counts.
      sender: sql`case when v.state = 'inDoubt' then deliveries.sender end`,
    }))
    .whereRef('deliveries.id', '=', 'v.delivery')
    .where(byId(db))
    .where(heldBy(slot))
    .where('deliveries.state', 'in', EVENT_SOURCES.accept)
    .returning('id');
}

/** Requeues leased deliveries: their messages surely did not go out, and nobody refused them. */
export async function requeue(
  db: Database,
  requeued: readonly number[],
  writer: Writer,
): Promise<void> {
  if (requeued.length > 0) await repeatedQuery(requeueQuery)(db, { requeued, ...writer });
}

/** The query of `requeue`. */
function requeueQuery(db: Database, slot: Slot<Pick<Input, 'requeued' | keyof Writer>>) {
  const json = slot(({ requeued }) => jsonOf(requeued.map((id) => ({ delivery: id }))));
  return db
    .with('v', () => rowsFrom<{ delivery: number }>(db, json, { delivery: 'bigint' }))
    .updateTable('deliveries')
    .set({ state: 'queued', sender: null, changed_at: slot(({ at }) => at) })
    .where(isPostgres(db) ? byId(db) : sql<SqlBool>`id in (select delivery from v)`)
    .where(heldBy(slot))
    .where('state', 'in', EVENT_SOURCES.requeue)
    .returning('id');
}

/** `coalesce` keeps databases from reading by the index all that the sender holds. */
function heldBy(slot: Slot<Writer>) {
  return sql<SqlBool>`coalesce(deliveries.sender, '') = ${slot(({ sender }) => sender)}`;
}

/**
 * PostgreSQL takes v for long, and would read the whole table; of an array it thinks of ten. Without this in
 * one part of the statement it also planned the whole statement anew each time, although it was prepared.
 */
function byId(db: Database) {
  return isPostgres(db)
    ? sql<SqlBool>`deliveries.id = any(array(select delivery from v))`
    : sql<SqlBool>`true`;
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

const VERDICT_COLUMNS = {
  delivery: 'bigint',
  state: 'text',
  message_id: 'text',
  relay: 'text',
  retry_at: 'text',
  class: 'text',
  code: 'bigint',
  enhanced: 'text',
  said: 'text',
} as const;

function toRow({ id, state, messageId, relay, reply, replyClass, retryAt }: Verdict) {
  const { code, enhancedCode: enhanced, text: said } = reply;
  return {
    ...{ delivery: id, state, message_id: messageId, relay, retry_at: retryAt },
    ...{ class: replyClass, code, enhanced, said },
  };
}
