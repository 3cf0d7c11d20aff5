import type { Database } from '../../database/tables.ts';

/** A mail that was not understood. */
export interface KeptMail {
  readonly key: string;
  /** ISO 8601 instant. */
  readonly at: string;
  readonly source: string;
  readonly reason: string;
  /** Of the whole mail. */
  readonly sizeBytes: number;
  /** The beginning of the mail, a character for each byte. */
  readonly content: string;
}

/** So many mails are kept, and so much of each: together at most 64 MB. */
const MOST_KEPT = 1000;
const MOST_CHARACTERS = 65_536;

/** Keeps a mail. If there are too many, the oldest are deleted. */
export async function keepMail(db: Database, mail: KeptMail): Promise<void> {
  const { key, at, source, reason, sizeBytes } = mail;
  const content = mail.content.slice(0, MOST_CHARACTERS);
  await db
    .insertInto('kept_mails')
    .values({ key, at, source, reason, size: sizeBytes, content })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  await db
    .deleteFrom('kept_mails')
    .where('key', 'in', (select) =>
      select
        .selectFrom('kept_mails')
        .select('key')
        .orderBy('at', 'desc')
        .orderBy('key')
        .limit(MOST_KEPT)
        .offset(MOST_KEPT),
    )
    .execute();
}

/** The kept mails, newest first. */
export async function listKeptMails(db: Database): Promise<readonly KeptMail[]> {
  const rows = await db.selectFrom('kept_mails').selectAll().orderBy('at', 'desc').execute();
  return rows.map(({ size, ...mail }) => ({ ...mail, sizeBytes: size }));
}
