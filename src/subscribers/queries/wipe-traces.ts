import { createReadStream } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { isPostgres } from '../../database/dialect.ts';
import type { Database } from '../../database/tables.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';

/** Call it before deleting data that must leave no trace: SQLite then overwrites it with zeros. */
export async function prepareToWipe(db: Database): Promise<void> {
  if (!isPostgres(db)) await sql`pragma secure_delete = on`.execute(db);
}

/**
 * Removes deleted data from SQLite's files too. Empties the write-ahead log. If an old copy of one of
 * `texts` remains between the rows, writes the file again. False while another program keeps the file
 * open. PostgreSQL does this itself (autovacuum). Do not call it in a transaction.
 */
export async function wipeTraces(db: Database, texts: readonly string[]): Promise<boolean> {
  if (isPostgres(db)) return true;
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
