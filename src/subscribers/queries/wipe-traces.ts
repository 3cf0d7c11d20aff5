import { createReadStream } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { isPostgres } from '../../database/dialect.ts';
import type { Database } from '../../database/tables.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';

/**
 * Runs `work`, which deletes data in a transaction of its own, and removes the data from SQLite's files
 * too. SQLite overwrites it with zeros. Then this empties the write-ahead log and, if an old copy of one
 * of `texts` remains between the rows, writes the file again. `wiped` is false while another program keeps
 * the file open. PostgreSQL does all this itself (autovacuum).
 */
export async function deleteWithoutTraces<T>(
  db: Database,
  texts: readonly string[],
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly wiped: boolean }> {
  if (isPostgres(db)) return { result: await work(), wiped: true };
  await sql`pragma secure_delete = on`.execute(db);
  const result = await work();
  return { result, wiped: await wipeTraces(db, texts) };
}

async function wipeTraces(db: Database, texts: readonly string[]): Promise<boolean> {
  try {
    if (!(await emptyLog(db))) return false;
    const { rows } = await sql<{ name: string; file: string }>`pragma database_list`.execute(db);
    const file = rows.find(({ name }) => name === 'main')?.file ?? '';
    if (file === '' || !(await holdsText(file, texts))) return true;
    await sql`vacuum`.execute(db);
    return await emptyLog(db);
  } catch (error) {
    if (error instanceof BroadsheetError && error.exitCode === EXIT.tryAgain) return false;
    throw error;
  }
}

/** A send in another process leaves the log free only for moments. */
const TRIES = 20;
const BETWEEN_TRIES_MS = 100;

/** Moves the write-ahead log into the file and truncates it. False while another process reads it. */
async function emptyLog(db: Database): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(db);
    if (rows[0]?.busy === 0) return true;
    if (tries === TRIES) return false;
    await wait(BETWEEN_TRIES_MS);
  }
}

async function holdsText(file: string, texts: readonly string[]): Promise<boolean> {
  const wanted = texts.map((text) => Buffer.from(text));
  const longest = Math.max(...wanted.map((text) => text.length));
  let before = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    const piece = Buffer.concat([before, chunk as Buffer]);
    if (wanted.some((text) => piece.includes(text))) return true;
    before = piece.subarray(-longest);
  }
  return false;
}
