import { sql } from 'kysely';
import { isPostgres, lockRow } from '../../database/dialect.ts';
import type { MailKind, MailState } from '../../database/states.ts';
import type { Database, MailsTable } from '../../database/tables.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';

// The outbox of transactional mails: one row for each mail to one person. A form requests a mail; then
// the mail waits, is leased and sent.

/** A mail that is not settled. */
export interface TransactionalMail {
  /** Random; the Message-ID contains it. */
  readonly id: string;
  readonly kind: MailKind;
  readonly newsletter?: string;
  readonly address: EmailAddress;
  /** Keyed hash of `addressKey(address)`. */
  readonly addressHash: string;
  /** Keyed hash of `mailboxKey(address)`, if a form requested the mail. */
  readonly mailboxHash?: string;
  /** The id of the sign-up, the change of address or the subscription that it is about. */
  readonly about?: string;
  /** BCP 47. */
  readonly language: string;
  /** ISO 8601 instant of the request. For a mail about a sign-up: when it was decided to send it. */
  readonly at: string;
  /** Number of earlier attempts. */
  readonly attempts: number;
}

/** A mail before it is stored. */
export interface NewMail extends Omit<TransactionalMail, 'attempts'> {
  /** Of the person who requested it by a form. */
  readonly ipHash?: string;
  readonly state: Extract<MailState, 'requested' | 'waiting'>;
}

/** A mail that one program has leased. */
export interface ClaimedMail extends TransactionalMail {
  readonly leaseUntil: string;
}

export async function insertMail(db: Database, mail: NewMail): Promise<void> {
  await insertMails(db, [mail]);
}

export async function insertMails(db: Database, mails: readonly NewMail[]): Promise<void> {
  if (mails.length === 0) return;
  await db.insertInto('mails').values(mails.map(toRow)).execute();
}

function toRow(mail: NewMail): MailsTable {
  return {
    id: mail.id,
    kind: mail.kind,
    newsletter: mail.newsletter ?? null,
    address: mail.address,
    address_hash: mail.addressHash,
    mailbox_hash: mail.mailboxHash ?? null,
    ip_hash: mail.ipHash ?? null,
    about: mail.about ?? null,
    language: mail.language,
    at: mail.at,
    state: mail.state,
    attempts: 0,
    retry_at: null,
    lease_until: null,
    settled_at: null,
  };
}

/** Mails that forms requested and that are not decided, oldest first. */
export async function requestedMails(
  db: Database,
  limit: number,
): Promise<readonly TransactionalMail[]> {
  const rows = await db
    .selectFrom('mails')
    .selectAll()
    .where('state', '=', 'requested')
    .orderBy('at')
    .limit(limit)
    .execute();
  return rows.flatMap(mailsFromRow);
}

/** Locks a requested mail until the transaction ends. False if it was decided already. */
export async function lockRequestedMail(db: Database, id: string): Promise<boolean> {
  const query = db.selectFrom('mails').selectAll().where('id', '=', id);
  const row = await lockRow(db, query.where('state', '=', 'requested')).executeTakeFirst();
  return row !== undefined;
}

/** Queues a requested mail to be sent. `at`: its time from now on. */
export async function queueMail(db: Database, id: string, at: string): Promise<void> {
  await db.updateTable('mails').set({ state: 'waiting', at }).where('id', '=', id).execute();
}

/** Drops mails that are not settled, without their addresses. Add conditions, and execute it. */
export function dropMails(db: Database, at: string) {
  return db
    .updateTable('mails')
    .set({ ...SETTLED, state: 'dropped', settled_at: at })
    .where('state', 'in', ['requested', 'waiting']);
}

/** A mail loses these when it is settled. */
const SETTLED = { address: null, about: null, lease_until: null, retry_at: null } as const;

export async function hasDueMail(db: Database, now: string): Promise<boolean> {
  const row = await dueMails(db, now).select('id').limit(1).executeTakeFirst();
  return row !== undefined;
}

function dueMails(db: Database, now: string) {
  return db
    .selectFrom('mails')
    .where('state', '=', 'waiting')
    .where((where) => where.or([where('retry_at', 'is', null), where('retry_at', '<=', now)]));
}

/**
 * Leases up to `limit` due mails until `leaseUntil`, oldest first. Run it in a transaction. `now` is from
 * the clock. Leases use the time of the database.
 */
export async function claimMails(
  db: Database,
  claim: {
    readonly now: string;
    readonly leaseNow: string;
    readonly leaseUntil: string;
    readonly limit: number;
  },
): Promise<readonly ClaimedMail[]> {
  const { now, leaseNow, leaseUntil, limit } = claim;
  let query = dueMails(db, now)
    .selectAll()
    .where((where) =>
      where.or([where('lease_until', 'is', null), where('lease_until', '<=', leaseNow)]),
    )
    .orderBy('at')
    .limit(limit);
  // SQLite's transactions run one after the other. PostgreSQL's must not lease each other's rows.
  if (isPostgres(db)) query = query.forUpdate().skipLocked();
  const rows = await query.execute();
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  await db.updateTable('mails').set({ lease_until: leaseUntil }).where('id', 'in', ids).execute();
  return rows.flatMap(mailsFromRow).map((mail) => ({ ...mail, leaseUntil }));
}

/** Whether the mail is still unsent, and still leased by this program. */
export async function holdsMail(db: Database, mail: ClaimedMail): Promise<boolean> {
  const row = await db
    .selectFrom('mails')
    .select('id')
    .where('id', '=', mail.id)
    .where('state', '=', 'waiting')
    .where('lease_until', '=', mail.leaseUntil)
    .executeTakeFirst();
  return row !== undefined;
}

/** Changes a mail, unless another program has leased it meanwhile. */
function updateHeld(db: Database, mail: ClaimedMail) {
  return db
    .updateTable('mails')
    .where('id', '=', mail.id)
    .where('state', '=', 'waiting')
    .where('lease_until', '=', mail.leaseUntil);
}

/** Settles a mail and removes its address. `kind`: the kind that was sent. */
export async function settleMail(
  db: Database,
  mail: ClaimedMail,
  result: {
    readonly state: Extract<MailState, 'sent' | 'failed' | 'dropped'>;
    readonly kind: MailKind;
    readonly at: string;
  },
): Promise<void> {
  const { state, kind, at } = result;
  await updateHeld(db, mail)
    .set({ ...SETTLED, state, kind, settled_at: at, attempts: mail.attempts + 1 })
    .execute();
}

/** Postpones a mail until `retryAt`. `tried`: a relay was asked to take it. */
export async function postponeMail(
  db: Database,
  mail: ClaimedMail,
  { retryAt, tried }: { readonly retryAt: string; readonly tried: boolean },
): Promise<void> {
  const attempts = mail.attempts + (tried ? 1 : 0);
  await updateHeld(db, mail).set({ lease_until: null, retry_at: retryAt, attempts }).execute();
}

/**
 * Counts mails that forms requested for the mailbox and all its sub-addresses after `since`, sent or
 * waiting. Dropped and undecided ones do not count.
 */
export async function countMailsTo(
  db: Database,
  mailboxHash: string,
  since: string,
): Promise<number> {
  const row = await db
    .selectFrom('mails')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('mailbox_hash', '=', mailboxHash)
    .where('at', '>', since)
    .where('state', 'in', ['waiting', 'sent', 'failed'])
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/**
 * Counts the requests of forms after `since` (ISO 8601): all of them, and those from each of the clients,
 * by their keyed hashes. One statement.
 */
export async function countRequests(
  db: Database,
  since: string,
  ipHashes: readonly string[],
): Promise<{ readonly inAll: number; readonly ofIp: ReadonlyMap<string, number> }> {
  const after = (table: 'sign_ups' | 'mails') =>
    db
      .selectFrom(table)
      .where('at', '>', since)
      // Mails about a sign-up have no hash: the sign-up counts instead.
      .$if(table === 'mails', (mails) => mails.where('ip_hash', 'is not', null));
  const inAll = (table: 'sign_ups' | 'mails') =>
    after(table).select((select) => [
      sql<string | null>`null`.as('ip_hash'),
      select.fn.countAll<number>().as('count'),
    ]);
  const ofEach = (table: 'sign_ups' | 'mails') =>
    after(table)
      .where('ip_hash', 'in', ipHashes)
      .groupBy('ip_hash')
      .select((select) => ['ip_hash', select.fn.countAll<number>().as('count')]);
  const totals = inAll('sign_ups').unionAll(inAll('mails'));
  const counts =
    ipHashes.length === 0 ? totals : totals.unionAll(ofEach('sign_ups')).unionAll(ofEach('mails'));
  const counted = { inAll: 0, ofIp: new Map<string, number>() };
  for (const { ip_hash: hash, count } of await counts.execute()) {
    if (hash === null) counted.inAll += Number(count);
    else counted.ofIp.set(hash, (counted.ofIp.get(hash) ?? 0) + Number(count));
  }
  return counted;
}

/** Deletes settled mails that were requested before `before`. Returns how many. */
export async function forgetMails(db: Database, before: string): Promise<number> {
  const result = await db
    .deleteFrom('mails')
    .where('at', '<', before)
    .where('state', 'in', ['sent', 'failed', 'dropped'])
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** The recorded mails to a mailbox, newest first. */
export async function mailsTo(
  db: Database,
  addressHashes: readonly string[],
): Promise<readonly { readonly kind: MailKind; readonly at: string; readonly state: MailState }[]> {
  return db
    .selectFrom('mails')
    .select(['kind', 'at', 'state'])
    .where('address_hash', 'in', addressHashes)
    .orderBy('at', 'desc')
    .execute();
}

/** The mail of a row; empty if its address was removed. */
function mailsFromRow(row: MailsTable): TransactionalMail[] {
  if (row.address === null) return [];
  return [
    {
      id: row.id,
      kind: row.kind,
      newsletter: row.newsletter ?? undefined,
      // It was parsed when it was stored.
      address: row.address as EmailAddress,
      addressHash: row.address_hash,
      mailboxHash: row.mailbox_hash ?? undefined,
      about: row.about ?? undefined,
      language: row.language,
      at: row.at,
      attempts: row.attempts,
    },
  ];
}
