import { createHmac, randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { type EmailAddress, mailboxKey } from '../../kernel/email-address.ts';
import { textType } from '../dialect.ts';

/** The tables after this version, as far as it uses them. */
interface TablesThen {
  readonly mails: {
    id: string;
    kind: string;
    address: string | null;
    address_hash: string;
    mailbox_hash?: string | null;
    facts: string;
    about?: string | null;
    language: string;
    at: string;
    state: string;
    attempts: number;
  };
  readonly sign_ups: {
    id: string;
    address: string;
    address_key: string;
    language: string;
    at: string;
    answered_at: string | null;
  };
  readonly identity: { hash_key: string };
}

/**
 * Version 12: one table for all mails to one person. A sign-up gets its row there together with its own;
 * before, it got one when it was answered. The payload is the id of one row instead of JSON.
 */
export async function oneTableOfMails(anyDb: Kysely<unknown>): Promise<void> {
  await anyDb.schema.alterTable('notices').renameTo('mails').execute();
  for (const [name, ...columns] of [
    ['by_state', 'state', 'retry_at'],
    ['by_address', 'address_hash', 'at'],
    ['by_mailbox', 'mailbox_hash', 'at'],
    ['by_ip', 'ip_hash', 'at'],
    ['by_time', 'at'],
  ] as const) {
    await anyDb.schema.dropIndex(`notices_${name}`).execute();
    await anyDb.schema.createIndex(`mails_${name}`).on('mails').columns(columns).execute();
  }
  await anyDb.schema.alterTable('mails').addColumn('about', textType(anyDb)).execute();
  const db = anyDb as Kysely<TablesThen>;
  await sql`update mails set state = 'requested' where state = 'asked'`.execute(db);
  await nameRows(db);
  await addMailsOfSignUps(db);
  await db.schema.alterTable('mails').dropColumn('facts').execute();
  await db.schema.dropIndex('sign_ups_by_answer').execute();
  await db.schema.alterTable('sign_ups').dropColumn('answered_at').execute();
}

/** There are few: a mail that was sent or given up has no payload. */
async function nameRows(db: Kysely<TablesThen>): Promise<void> {
  const rows = await db.selectFrom('mails').selectAll().where('facts', '<>', '{}').execute();
  for (const { id, kind, facts, address, at } of rows) {
    const { signUp, change, subscriber } = JSON.parse(facts) as Readonly<Record<string, string>>;
    const answered =
      kind === 'already'
        ? await db
            .selectFrom('sign_ups')
            .select('id')
            .where('address', '=', address ?? '')
            .where('answered_at', '=', at)
            .executeTakeFirst()
        : undefined;
    const about = signUp ?? change ?? subscriber ?? answered?.id ?? null;
    await db.updateTable('mails').set({ about }).where('id', '=', id).execute();
  }
}

async function addMailsOfSignUps(db: Kysely<TablesThen>): Promise<void> {
  const { hash_key: key } = await db
    .selectFrom('identity')
    .select('hash_key')
    .executeTakeFirstOrThrow();
  const hash = (text: string) => createHmac('sha256', key).update(text).digest('base64url');
  const signUps = await db
    .selectFrom('sign_ups')
    .selectAll()
    .where('answered_at', 'is', null)
    .execute();
  for (const { id, address, address_key, language, at } of signUps) {
    await db
      .insertInto('mails')
      .values({
        id: randomUUID(),
        kind: 'confirm',
        address,
        address_hash: hash(address_key),
        mailbox_hash: hash(mailboxKey(address as EmailAddress)),
        facts: '{}',
        about: id,
        language,
        at,
        state: 'requested',
        attempts: 0,
      })
      .execute();
  }
}
