import { type OperationNodeSource, sql } from 'kysely';
import { durable, isPostgres } from '../../database/dialect.ts';
import type { Store } from '../../database/open-store.ts';
import type { Database } from '../../database/tables.ts';
import { countMessages, countQuery } from './relays.ts';
import {
  markSubmitting,
  recordQuery,
  recordVerdicts,
  requeue,
  requeueQuery,
  type Submission,
  submitQuery,
  type Verdict,
  type Writer,
} from './verdicts.ts';

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
