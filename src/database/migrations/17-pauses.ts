import { type Kysely, sql } from 'kysely';
import { isPostgres, textType } from '../dialect.ts';

/**
 * Version 17: subscriptions can be paused. When their owner last showed that they read it, and when they were
 * asked. The table's list of statuses goes: the program has it.
 */
export async function pauses(db: Kysely<unknown>): Promise<void> {
  if (isPostgres(db)) {
    await sql`alter table subscribers drop constraint if exists subscribers_status_check`.execute(
      db,
    );
  } else {
    await rebuildWithoutCheck(db);
  }
  for (const column of ['seen_at', 'asked_at']) {
    await db.schema.alterTable('subscribers').addColumn(column, textType(db)).execute();
  }
  // Few are asked at a time.
  await sql`create index subscribers_asked on subscribers (newsletter, asked_at)
    where asked_at is not null`.execute(db);
}

/** SQLite cannot change a check. https://www.sqlite.org/lang_altertable.html#otheralter */
async function rebuildWithoutCheck(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ type: string; sql: string }>`
    select type, sql from sqlite_schema where tbl_name = 'subscribers' and sql is not null`.execute(
    db,
  );
  const table = rows.find(({ type }) => type === 'table')?.sql ?? '';
  const [head, ...rest] = table.split(/check \(status in \([^)]*\)\)/i);
  if (rest.length !== 1) throw new Error('the table of subscribers has no check of the status');
  const name = /^create table "?subscribers"?/i;
  await sql.raw(`${head} ${rest[0]}`.replace(name, 'create table subscribers_new')).execute(db);
  await sql`insert into subscribers_new select * from subscribers`.execute(db);
  await sql`drop table subscribers`.execute(db);
  await sql`alter table subscribers_new rename to subscribers`.execute(db);
  for (const { type, sql: text } of rows) if (type === 'index') await sql.raw(text).execute(db);
}
