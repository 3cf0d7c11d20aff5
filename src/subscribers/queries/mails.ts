import type { NoticeKind, NoticeState } from '../../database/states.ts';
import type { Database, NoticesTable } from '../../database/tables.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import type { NoticeFacts } from '../notice.ts';

/** A mail to one person, before it is settled. */
export interface StoredNotice {
  /** Random; the Message-ID contains it. */
  readonly id: string;
  readonly kind: NoticeKind;
  readonly newsletter?: string;
  readonly address: EmailAddress;
  /** Keyed hash of `addressKey(address)`. */
  readonly addressHash: string;
  readonly facts: NoticeFacts;
  /** BCP 47. */
  readonly language: string;
  /** ISO 8601 instant of the request. */
  readonly at: string;
  /** Number of earlier attempts. */
  readonly attempts: number;
}

/** A notice before it is stored. */
export interface NewNotice extends Omit<StoredNotice, 'attempts'> {
  /** Keyed hash of `mailboxKey(address)`, if the mail counts as requested by a form. */
  readonly mailboxHash?: string;
  /** Of the person who requested it by a form. */
  readonly ipHash?: string;
  readonly state: Extract<NoticeState, 'asked' | 'waiting'>;
}

/** Queues a notice to decide or send. */
export async function insertNotice(db: Database, notice: NewNotice): Promise<void> {
  await db
    .insertInto('notices')
    .values({
      id: notice.id,
      kind: notice.kind,
      newsletter: notice.newsletter ?? null,
      address: notice.address,
      address_hash: notice.addressHash,
      mailbox_hash: notice.mailboxHash ?? null,
      ip_hash: notice.ipHash ?? null,
      facts: JSON.stringify(notice.facts),
      language: notice.language,
      at: notice.at,
      state: notice.state,
      attempts: 0,
      ...{ retry_at: null, lease_until: null, settled_at: null },
    })
    .execute();
}

/** Undecided notices, oldest first. */
export async function askedNotices(db: Database, limit: number): Promise<readonly StoredNotice[]> {
  const rows = await db
    .selectFrom('notices')
    .selectAll()
    .where('state', '=', 'asked')
    .orderBy('at')
    .limit(limit)
    .execute();
  return rows.flatMap(noticesFromRow);
}

/** Approves a requested notice. False if it was decided already. */
export async function letNoticeGo(db: Database, id: string, facts: NoticeFacts): Promise<boolean> {
  const result = await db
    .updateTable('notices')
    .set({ state: 'waiting', facts: JSON.stringify(facts) })
    .where('id', '=', id)
    .where('state', '=', 'asked')
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/**
 * Counts mails to the mailbox and all its sub-addresses after `since`, sent or waiting. Dropped and
 * undecided ones do not count.
 */
export async function countNoticesTo(
  db: Database,
  mailboxHash: string,
  since: string,
): Promise<number> {
  const row = await db
    .selectFrom('notices')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('mailbox_hash', '=', mailboxHash)
    .where('at', '>', since)
    .where('kind', 'in', ASKED_FOR_BY_FORM)
    .where('state', 'in', ['waiting', 'sent', 'failed'])
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Kinds that anybody can request by typing an address. */
const ASKED_FOR_BY_FORM: readonly NoticeKind[] = [
  'confirm',
  'already',
  'preferences',
  'new-address',
];

/** Counts requests by forms after `since`: from one IP, and in all. */
export async function countRequests(
  db: Database,
  since: string,
  ipHash: string,
): Promise<{ readonly ofIp: number; readonly inAll: number }> {
  const signUps = db
    .selectFrom('sign_ups')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('at', '>', since);
  const notices = db
    .selectFrom('notices')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('at', '>', since)
    // Notices that answer a sign-up have no hash: the sign-up counts instead.
    .where('ip_hash', 'is not', null);
  const counts = await db
    .selectNoFrom([
      signUps.where('ip_hash', '=', ipHash).as('signUpsOfIp'),
      notices.where('ip_hash', '=', ipHash).as('noticesOfIp'),
      signUps.as('signUps'),
      notices.as('notices'),
    ])
    .executeTakeFirstOrThrow();
  return {
    ofIp: Number(counts.signUpsOfIp) + Number(counts.noticesOfIp),
    inAll: Number(counts.signUps) + Number(counts.notices),
  };
}

/** Drops unsent notices of these kinds to mailboxes, for one newsletter or all. */
export async function dropNotices(
  db: Database,
  which: {
    readonly addressHashes: readonly string[];
    readonly kinds: readonly NoticeKind[];
    readonly newsletter?: string;
    readonly at: string;
  },
): Promise<void> {
  let query = db
    .updateTable('notices')
    .set({ ...ENDED, state: 'dropped', settled_at: which.at })
    .where('address_hash', 'in', which.addressHashes)
    .where('state', 'in', ['asked', 'waiting'])
    .where('kind', 'in', which.kinds);
  if (which.newsletter !== undefined) query = query.where('newsletter', '=', which.newsletter);
  await query.execute();
}

/** Drops a requested, undecided notice. */
export async function dropAsked(db: Database, id: string, at: string): Promise<void> {
  await db
    .updateTable('notices')
    .set({ ...ENDED, state: 'dropped', settled_at: at })
    .where('id', '=', id)
    .where('state', '=', 'asked')
    .execute();
}

/** What a notice loses when it is settled. */
export const ENDED = { address: null, facts: '{}', lease_until: null, retry_at: null } as const;

/** Deletes settled notices that were requested before `before`. Returns how many. */
export async function forgetNotices(db: Database, before: string): Promise<number> {
  const result = await db
    .deleteFrom('notices')
    .where('at', '<', before)
    .where('state', 'in', ['sent', 'failed', 'dropped'])
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** The recorded mails to a mailbox, newest first. */
export async function noticesTo(
  db: Database,
  addressHashes: readonly string[],
): Promise<
  readonly { readonly kind: NoticeKind; readonly at: string; readonly state: NoticeState }[]
> {
  return db
    .selectFrom('notices')
    .select(['kind', 'at', 'state'])
    .where('address_hash', 'in', addressHashes)
    .orderBy('at', 'desc')
    .execute();
}

/** The notice of a row; empty if its address was removed. */
export function noticesFromRow(row: NoticesTable): StoredNotice[] {
  if (row.address === null) return [];
  return [
    {
      id: row.id,
      kind: row.kind,
      ...(row.newsletter === null ? {} : { newsletter: row.newsletter }),
      // It was parsed when it was stored.
      address: row.address as EmailAddress,
      addressHash: row.address_hash,
      facts: JSON.parse(row.facts) as NoticeFacts,
      language: row.language,
      at: row.at,
      attempts: row.attempts,
    },
  ];
}
