import { lockRow } from '../../database/dialect.ts';
import type { Database, SignUpsTable } from '../../database/tables.ts';
import { addressKey, type EmailAddress } from '../../kernel/email-address.ts';

/** A request from a form. */
export interface SignUp {
  /** Random, for the link that confirms it. */
  readonly id: string;
  readonly address: EmailAddress;
  /** Ids. */
  readonly newsletters: readonly string[];
  /** BCP 47. */
  readonly language: string;
  /** The name of the form. */
  readonly source: string;
  readonly consentText?: string;
  readonly ipHash?: string;
  /** ISO 8601 instants. */
  readonly at: string;
  /** After this instant it can't be confirmed. */
  readonly expiresAt: string;
  readonly confirmedAt?: string;
}

export async function insertSignUps(db: Database, signUps: readonly SignUp[]): Promise<void> {
  if (signUps.length === 0) return;
  await db.insertInto('sign_ups').values(signUps.map(toRow)).execute();
}

function toRow(signUp: SignUp): SignUpsTable {
  return {
    id: signUp.id,
    address: signUp.address,
    address_key: addressKey(signUp.address),
    newsletters: signUp.newsletters.join(' '),
    language: signUp.language,
    source: signUp.source,
    consent_text: signUp.consentText ?? null,
    ip_hash: signUp.ipHash ?? null,
    at: signUp.at,
    expires_at: signUp.expiresAt,
    confirmed_at: signUp.confirmedAt ?? null,
  };
}

export async function findSignUp(db: Database, id: string): Promise<SignUp | undefined> {
  const row = await byId(db, id).executeTakeFirst();
  return row && fromRow(row);
}

/** The same, with a row lock until the transaction ends. */
export async function lockSignUp(db: Database, id: string): Promise<SignUp | undefined> {
  const row = await lockRow(db, byId(db, id)).executeTakeFirst();
  return row && fromRow(row);
}

function byId(db: Database, id: string) {
  return db.selectFrom('sign_ups').selectAll().where('id', '=', id);
}

/** Records that its owner confirmed it, for these newsletters. */
export async function markConfirmed(
  db: Database,
  id: string,
  newsletters: readonly string[],
  at: string,
): Promise<void> {
  await db
    .updateTable('sign_ups')
    .set({ confirmed_at: at, newsletters: newsletters.join(' ') })
    .where('id', '=', id)
    .execute();
}

/** The mailbox's sign-ups that can still be confirmed or were confirmed recently; newest first. */
export async function signUpsOf(db: Database, address: EmailAddress): Promise<readonly SignUp[]> {
  const rows = await db
    .selectFrom('sign_ups')
    .selectAll()
    .where('address_key', '=', addressKey(address))
    .orderBy('at', 'desc')
    .execute();
  return rows.map(fromRow);
}

/**
 * Deletes sign-ups that have expired at `now`. Returns how many, and the ids of the subscribers who are
 * still pending by one of them.
 */
export async function forgetSignUps(
  db: Database,
  now: string,
): Promise<{ readonly signUps: number; readonly unconfirmed: readonly string[] }> {
  const unconfirmed = await unconfirmedSubscribers(db, now);
  const result = await db.deleteFrom('sign_ups').where('expires_at', '<=', now).executeTakeFirst();
  return { signUps: Number(result.numDeletedRows), unconfirmed };
}

/** Ids of pending subscribers whose sign-ups have expired at `now`. */
async function unconfirmedSubscribers(db: Database, now: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('subscribers')
    .select('subscribers.id')
    .where('status', '=', 'pending')
    // Finds them by address, to avoid reading all subscribers.
    .where('address_key', 'in', (select) =>
      select
        .selectFrom('sign_ups as over')
        .select('over.address_key')
        .where('over.expires_at', '<=', now),
    )
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('sign_ups')
          .select('sign_ups.id')
          .whereRef('sign_ups.address_key', '=', 'subscribers.address_key')
          // A later sign-up has replaced the first one's consent.
          .whereRef('sign_ups.at', '=', 'subscribers.consent_at')
          .whereRef('sign_ups.source', '=', 'subscribers.consent_source')
          .where('sign_ups.expires_at', '<=', now),
      ),
    )
    .execute();
  return rows.map(({ id }) => id);
}

function fromRow(row: SignUpsTable): SignUp {
  return {
    id: row.id,
    // It was parsed when it was stored.
    address: row.address as EmailAddress,
    newsletters: row.newsletters.split(' ').filter((id) => id !== ''),
    language: row.language,
    source: row.source,
    consentText: row.consent_text ?? undefined,
    ipHash: row.ip_hash ?? undefined,
    at: row.at,
    expiresAt: row.expires_at,
    confirmedAt: row.confirmed_at ?? undefined,
  };
}

/**
 * Deletes what was requested for a mailbox and not yet confirmed: its sign-ups, and changes of address
 * to it. Its owner moved to another mailbox, or complained.
 */
export async function deleteRequestsOf(db: Database, address: EmailAddress): Promise<void> {
  const key = addressKey(address);
  await db.deleteFrom('sign_ups').where('address_key', '=', key).execute();
  await db
    .deleteFrom('address_changes')
    .where('address_key', '=', key)
    .where('confirmed_at', 'is', null)
    .execute();
}
